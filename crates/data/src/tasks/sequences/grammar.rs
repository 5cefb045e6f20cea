//! A small grammar of English, written for this project: animals, what they eat and where they live, and sums.
//!
//! There is something to learn at every distance: spelling, word order, who eats what, verbs that agree with their
//! subject across the words between, and addition up to twelve.

use crate::rng::Rng;

/// One kind of animal.
struct Animal {
    one: &'static str,
    many: &'static str,
    foods: [&'static str; 2],
    home: &'static str,
    /// What it does, of more than one.
    does: &'static str,
}

const fn animal(
    [one, many]: [&'static str; 2],
    foods: [&'static str; 2],
    home: &'static str,
    does: &'static str,
) -> Animal {
    Animal { one, many, foods, home, does }
}

const ANIMALS: [Animal; 12] = [
    animal(["dog", "dogs"], ["bones", "meat"], "yard", "bark"),
    animal(["cat", "cats"], ["fish", "cream"], "house", "purr"),
    animal(["horse", "horses"], ["oats", "apples"], "stable", "gallop"),
    animal(["cow", "cows"], ["grass", "hay"], "barn", "moo"),
    animal(["bird", "birds"], ["seeds", "worms"], "tree", "sing"),
    animal(["bear", "bears"], ["honey", "berries"], "cave", "growl"),
    animal(["mouse", "mice"], ["cheese", "grain"], "wall", "squeak"),
    animal(["fox", "foxes"], ["eggs", "grapes"], "den", "sneak"),
    animal(["goose", "geese"], ["weeds", "corn"], "meadow", "honk"),
    animal(["wolf", "wolves"], ["deer", "rabbits"], "forest", "howl"),
    animal(["frog", "frogs"], ["flies", "snails"], "pond", "croak"),
    animal(["calf", "calves"], ["milk", "clover"], "shed", "jump"),
];

const LOOKS: [&str; 4] = ["old", "small", "hungry", "quick"];

const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// An animal or several of its kind, as the subject of a sentence.
struct Subject {
    animal: &'static Animal,
    several: bool,
}

impl Subject {
    fn draw(rng: &mut Rng) -> Self {
        let animal = &ANIMALS[rng.below(ANIMALS.len() as u32) as usize];
        Self { animal, several: rng.below(2) == 1 }
    }

    fn name(&self) -> &'static str {
        if self.several { self.animal.many } else { self.animal.one }
    }

    /// The verb in the form that agrees.
    fn verb(&self, of_several: &str) -> String {
        let ending = if self.several { "" } else { "s" };
        format!("{of_several}{ending}")
    }
}

/// A text of that many sentences, each on its line.
pub(super) fn text(sentences: usize, rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..sentences {
        text.push_str(&sentence(rng));
        text.push('\n');
    }
    text
}

/// One of about nine hundred sentences.
fn sentence(rng: &mut Rng) -> String {
    let form = rng.below(6);
    let subject = Subject::draw(rng);
    let Subject { animal, .. } = subject;
    let name = subject.name();
    let [food, other_food] = animal.foods;
    let either = if rng.below(2) == 0 { food } else { other_food };
    match form {
        0 => {
            let look = match rng.below(LOOKS.len() as u32 + 1) {
                0 => String::new(),
                look => format!("{} ", LOOKS[look as usize - 1]),
            };
            format!("the {look}{name} {} {either}.", subject.verb("eat"))
        }
        1 => format!("the {name} {} in the {}.", subject.verb("live"), animal.home),
        2 => format!("the {name} that {} {either} {}.", subject.verb("eat"), subject.verb(animal.does)),
        3 => format!("the {name} near the {} {}.", Subject::draw(rng).name(), subject.verb(animal.does)),
        4 => {
            let auxiliary = if subject.several { "do" } else { "does" };
            format!("what {auxiliary} the {name} eat? {food} and {other_food}.")
        }
        _ => {
            let sum = rng.below(NUMBERS.len() as u32) as usize;
            let first = rng.below(sum as u32 + 1) as usize;
            format!("{} plus {} is {}.", NUMBERS[first], NUMBERS[sum - first], NUMBERS[sum])
        }
    }
}
