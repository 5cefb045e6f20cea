// Adds the rows of x (rows, columns) to sums (2 sides, 2, columns), in place: those of training samples (numbers below
// `train`) and of test samples (below `samples`) apart. `each` rows belong to one sample, whose number stands in the index
// (rows / each), in order from a multiple of `piece`. Number 0 begins anew.
//
// Of each side's two rows of sums the first takes the piece, and joins the second after `block` pieces: so the error of a
// long sum stays that of two short ones.
//
// Grid: a workgroup a column, striding; a fixed tree over the rows. Cost: one read an element.
#import rows

struct TallyParams {
    rows: u32,
    columns: u32,
    each: u32,
    piece: u32,
    train: u32,
    samples: u32,
    block: u32,
    sums_offset: u32,
    x_offset: u32,
    index_offset: u32,
}

@group(0) @binding(0) var<uniform> params: TallyParams;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> index: array<u32>;

fn add(side: u32, column: u32, part: f32) {
    let at = params.sums_offset + 2u * side * params.columns + column;
    let number = index[params.index_offset] / params.piece;
    let anew = number == 0u;
    let sum = select(sums[at], 0.0, anew) + part;
    let before = select(sums[at + params.columns], 0.0, anew);
    let full = (number + 1u) % params.block == 0u;
    sums[at] = select(sum, 0.0, full);
    sums[at + params.columns] = select(before, before + sum, full);
}

@compute @workgroup_size(INVOCATIONS)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var column = group.x; column < params.columns; column += groups.x) {
        var sum = vec2<f32>();
        for (var row = lane; row < params.rows; row += INVOCATIONS) {
            let value = x[params.x_offset + row * params.columns + column];
            let sample = index[params.index_offset + row / params.each];
            let mine = sample < params.train;
            let theirs = !mine && sample < params.samples;
            sum += select(vec2<f32>(), vec2(value), vec2(mine, theirs));
        }
        let total = group_sum(lane, sum);
        if lane == 0u {
            add(0u, column, total.x);
            add(1u, column, total.y);
        }
        workgroupBarrier();
    }
}
