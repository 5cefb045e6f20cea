//! Gradients of the losses that are made of other operations.

use minibatch_graph::{Binary, Op, Shape};
use minibatch_nn::{Adversarial, gaussian_kl};

use super::check;

#[test]
fn of_a_gaussian_code() {
    for shape in [Shape::from([5, 3]), Shape::from([2, 3, 2]), Shape::from([7])] {
        check(&format!("gaussian_kl {shape:?}"), |c| {
            let mean = c.param("mean", shape.clone());
            let log_variance = c.param("log variance", shape.clone());
            gaussian_kl(&mut c.graph, mean, log_variance).unwrap()
        });
    }
}

#[test]
fn of_both_sides_of_a_gan() {
    for kind in Adversarial::ALL {
        check(&format!("{kind:?}, discriminator"), |c| {
            let (real, made) = (c.param("real", [5, 1]), c.param("made", [3, 1]));
            let made = c.op(Op::Binary(Binary::Add), &[made, made]);
            kind.discriminator(&mut c.graph, real, made).unwrap()
        });
        check(&format!("{kind:?}, generator"), |c| {
            let made = c.param("made", [4, 2]);
            kind.generator(&mut c.graph, made).unwrap()
        });
    }
}

/// Breaks where a mean without its variance would be taken.
#[test]
fn shapes_that_differ_are_refused() {
    let mut g = minibatch_graph::Graph::new();
    let [mean, spread] = [("m", 3), ("v", 4)]
        .map(|(name, n)| g.variable(name, [5, n], minibatch_graph::DType::F32).expect("a variable"));
    let error = gaussian_kl(&mut g, mean, spread).expect_err("they differ").to_string();
    assert!(error.contains("gaussian_kl") && error.contains("log variance"), "{error}");
}
