// Two kernels as one: a launch of two rows of workgroups, of which the first runs the one and the second the other. The build puts
// both before this, as functions, and writes here how each is called (FIRST, SECOND) and how large the first's workgroups are
// (SIZE); the second's are as large. The branch hangs on the workgroup alone, so that either half may have barriers. Which kernels,
// says variants.toml.

@compute @workgroup_size(SIZE)
fn both(
    @builtin(local_invocation_index) index: u32,
    @builtin(local_invocation_id) local_id: vec3<u32>,
    @builtin(workgroup_id) both_groups: vec3<u32>,
    @builtin(num_workgroups) both_counts: vec3<u32>,
) {
    let group_id = vec3(both_groups.x, 0u, 0u);
    let group_count = vec3(both_counts.x, 1u, 1u);
    if both_groups.y == 0u {
        FIRST;
    } else {
        SECOND;
    }
}
