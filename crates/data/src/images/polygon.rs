//! How far a place is inside a polygon: what smooth edges are drawn from.

/// Distance from (x, y) to the polygon's edge: positive inside, negative outside. The corners go round it either
/// way.
pub fn depth(corners: &[(f64, f64)], x: f64, y: f64) -> f64 {
    let mut nearest = f64::MAX;
    let mut inside = false;
    for (index, &(ax, ay)) in corners.iter().enumerate() {
        let (bx, by) = corners[(index + 1) % corners.len()];
        let (dx, dy) = (bx - ax, by - ay);
        let (px, py) = (x - ax, y - ay);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (ex, ey) = (px - along * dx, py - along * dy);
        nearest = nearest.min(ex * ex + ey * ey);
        // A ray to the right crosses this edge: inside and outside swap.
        if (ay > y) != (by > y) && px < dx * (y - ay) / dy {
            inside = !inside;
        }
    }
    let distance = libm::sqrt(nearest);
    if inside { distance } else { -distance }
}
