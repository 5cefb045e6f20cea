//! How far the last step moved each parameter.

use minibatch_session::{Command, Event, Look, preset};
use minibatch_tests::drive::Driver;

const WANTED: Look = Look {
    update: true,
    parameters: true,
    boundary: 0,
    units: 0,
    inside: false,
    gradients: false,
    examine: false,
};

/// What a look was answered with: parameters, and the last step's update if it is told.
fn look(driver: &mut Driver) -> (Vec<f32>, Option<Vec<f32>>) {
    driver.arrays.clear();
    driver.send(Command::Look(WANTED));
    driver.settle();
    let told = driver.events.iter().rev().find_map(|e| match e {
        Event::Frame { look, .. } => Some(look.update),
        _ => None,
    });
    let arrays = driver.arrays.clone();
    assert_eq!(arrays.len(), 1 + usize::from(told == Some(true)), "the answer says what it holds");
    (arrays[0].clone(), arrays.get(1).cloned())
}

/// Breaks where more than the last step is counted, where a change by hand is taken for a step, and where what was told
/// of one step is told of another.
#[test]
fn the_update_told_is_that_of_the_last_step_alone() {
    for cpu in [true, false] {
        for name in ["spiral", "r2"] {
            let mut driver = Driver::start(cpu);
            driver.load(&preset(name).expect("is a preset"));
            assert!(look(&mut driver).1.is_none(), "{name}: there was no step yet");
            driver.step(4);
            let before = look(&mut driver).0;
            for steps in [1, 6] {
                driver.step(steps - 1);
                let before = if steps == 1 { before.clone() } else { look(&mut driver).0 };
                driver.step(1);
                let (now, update) = look(&mut driver);
                let moved: Vec<f32> = now.iter().zip(&before).map(|(now, before)| now - before).collect();
                assert_eq!(update.as_ref(), Some(&moved), "{name}, cpu {cpu}, {steps} steps");
                assert!(moved.iter().any(|m| *m != 0.0));
            }
            // All at once: the same as one by one.
            let told = look(&mut driver).1;
            driver.send(Command::Reset);
            driver.settle();
            assert!(look(&mut driver).1.is_none(), "{name}: a reset is no step");
            driver.step(11);
            assert_eq!(look(&mut driver).1, told, "{name}, cpu {cpu}: eleven steps in one go");
            driver.send(Command::SetParameter { index: 0, value: 3.0 });
            assert!(look(&mut driver).1.is_none(), "{name}: a change by hand is no step");
        }
    }
}
