//! Contour lines by marching squares.
//!
//! Each rectangle of four sample points is crossed by at most two straight pieces, placed by linear interpolation on its
//! sides; the ambiguous saddle is decided by the mean of the corners. Pieces are joined end to end into lines.

use ndarray::Array2;

/// One line of constant value, in the coordinates of the samples.
pub type Contour = Vec<[f64; 2]>;

/// The lines value = `level` of `values` [[i, j]] sampled at `x[i]`, `y[j]`. Rectangles with a corner that is not finite are
/// left out.
pub fn contours(x: &[f64], y: &[f64], values: &Array2<f64>, level: f64) -> Vec<Contour> {
    let mut pieces: Vec<[[f64; 2]; 2]> = Vec::new();
    let (nx, ny) = (x.len().min(values.nrows()), y.len().min(values.ncols()));
    for i in 1..nx {
        for j in 1..ny {
            let corners = [(i - 1, j - 1), (i, j - 1), (i, j), (i - 1, j)];
            let v = corners.map(|(a, b)| values[[a, b]] - level);
            if v.iter().any(|v| !v.is_finite()) {
                continue;
            }
            // Crossing of side k, between corners k and k + 1; the same bits from both rectangles that share it.
            let crossing = |k: usize| -> [f64; 2] {
                let (mut a, mut b) = (k, (k + 1) % 4);
                if corners[b] < corners[a] {
                    (a, b) = (b, a);
                }
                let t = v[a] / (v[a] - v[b]);
                let ((ia, ja), (ib, jb)) = (corners[a], corners[b]);
                [x[ia] + t * (x[ib] - x[ia]), y[ja] + t * (y[jb] - y[ja])]
            };
            let above = v.map(|v| v >= 0.0);
            let crossed: Vec<usize> = (0..4).filter(|&k| above[k] != above[(k + 1) % 4]).collect();
            match crossed.as_slice() {
                [a, b] => pieces.push([crossing(*a), crossing(*b)]),
                [_, _, _, _] => {
                    // Cut off the two corners whose side of the level the centre is not on.
                    let centre_above = v.iter().sum::<f64>() >= 0.0;
                    for k in (0..4).filter(|&k| above[k] != centre_above) {
                        pieces.push([crossing((k + 3) % 4), crossing(k)]);
                    }
                }
                _ => {}
            }
        }
    }
    join(pieces)
}

/// Joins pieces that share an end (bit for bit) into lines.
fn join(pieces: Vec<[[f64; 2]; 2]>) -> Vec<Contour> {
    let key = |p: [f64; 2]| p.map(f64::to_bits);
    let mut ends: std::collections::BTreeMap<[u64; 2], Vec<usize>> =
        std::collections::BTreeMap::new();
    for (n, piece) in pieces.iter().enumerate() {
        piece
            .iter()
            .for_each(|&end| ends.entry(key(end)).or_default().push(n));
    }
    let mut used = vec![false; pieces.len()];
    let mut lines = Vec::new();
    for start in 0..pieces.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let mut line: std::collections::VecDeque<[f64; 2]> = pieces[start].into();
        for forwards in [true, false] {
            loop {
                let end = if forwards { line.back() } else { line.front() };
                let Some(&end) = end else { break };
                let next = ends
                    .get(&key(end))
                    .and_then(|list| list.iter().find(|&&n| !used[n]));
                let Some(&next) = next else { break };
                used[next] = true;
                let [a, b] = pieces[next];
                let other = if key(a) == key(end) { b } else { a };
                if forwards {
                    line.push_back(other)
                } else {
                    line.push_front(other)
                }
            }
        }
        lines.push(line.into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_one_closed_line_of_the_right_radius() {
        let x: Vec<f64> = (0..41).map(|i| -2.0 + 0.1 * f64::from(i)).collect();
        let values = Array2::from_shape_fn((41, 41), |(i, j)| x[i] * x[i] + x[j] * x[j]);
        let lines = contours(&x, &x, &values, 1.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last(), "closed");
        for p in &lines[0] {
            // Linear interpolation of r² over 0.1: error of r² at most 0.1²/8·2, of r half that.
            assert!((p[0].hypot(p[1]) - 1.0).abs() < 1.3e-3, "{p:?}");
        }
    }

    #[test]
    fn a_saddle_gives_two_lines() {
        let values = ndarray::arr2(&[[1.0, -1.0], [-1.0, 1.0]]);
        let lines = contours(&[0.0, 1.0], &[0.0, 1.0], &values, 0.0);
        assert_eq!(lines.len(), 2);
        assert!(contours(&[0.0, 1.0], &[0.0, 1.0], &values, 2.0).is_empty());
        let hole = ndarray::arr2(&[[1.0, f64::NAN], [-1.0, 1.0]]);
        assert!(contours(&[0.0, 1.0], &[0.0, 1.0], &hole, 0.0).is_empty());
    }
}
