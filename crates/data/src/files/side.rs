//! Which side of the split a name says: "train", "Test", "x_val", "t10k-images".

use serde::{Deserialize, Serialize};

/// A side of the split that files carry. Training samples are learned from, the others are held back.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// To train on.
    Train,
    /// Held back for the test.
    Test,
    /// Held back as well.
    Validation,
}

/// What a name says of its side, and what else it says.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Named {
    /// The side.
    pub side: Side,
    /// The other words, joined: "seg" in "seg_train".
    pub rest: String,
}

/// Names of what is trained on, in languages that people call their folders in; without accents.
const TRAIN: [&str; 27] = [
    "train",
    "training",
    "trainings",
    "trn",
    "tra",
    "tr",
    "trains",
    "trainval",
    "trained",
    "apprentissage",
    "entrainement",
    "entrenamiento",
    "aprendizaje",
    "addestramento",
    "allenamento",
    "treino",
    "treinamento",
    "traning",
    "trening",
    "treningowy",
    "обучение",
    "обучающая",
    "тренировка",
    "训练",
    "训练集",
    "訓練",
    "学習",
];
const TEST: [&str; 26] = [
    "test",
    "testing",
    "tst",
    "tes",
    "te",
    "tests",
    "tested",
    "eval",
    "evaluation",
    "evaluate",
    "holdout",
    "heldout",
    "unseen",
    "t10k",
    "teste",
    "testes",
    "testowy",
    "prueba",
    "pruebas",
    "prova",
    "тест",
    "тестовая",
    "测试",
    "测试集",
    "テスト",
    "評価",
];
const VALIDATION: [&str; 19] = [
    "val",
    "valid",
    "validation",
    "validate",
    "dev",
    "devel",
    "development",
    "crossval",
    "vld",
    "validierung",
    "validierungs",
    "validacion",
    "validazione",
    "validacao",
    "validering",
    "валидация",
    "验证",
    "验证集",
    "検証",
];
/// What is written together with these: "trainset", "testdata", "Trainingsdaten".
const ENDS: [&str; 13] = [
    "set",
    "data",
    "dataset",
    "images",
    "image",
    "imgs",
    "labels",
    "samples",
    "split",
    "daten",
    "datensatz",
    "menge",
    "bilder",
];
/// Words that say nothing of what a folder holds.
const PLAIN: [&str; 37] = [
    "set", "data", "dataset", "images", "image", "imgs", "img", "labels", "label", "samples", "split",
    "folder", "dir", "files", "x", "y", "the", "my", "new", "final", "only", "subset", "part", "of", "daten",
    "bilder", "datos", "donnees", "dati", "dados", "de", "d", "jeu", "conjunto", "ensemble", "fold", "in",
];

/// The side that a name says, if it says one and no other.
pub(super) fn named(name: &str) -> Option<Named> {
    let words = words(name);
    let mut sides = vec![];
    let mut rest = vec![];
    for (i, word) in words.iter().enumerate() {
        let parted = |first: &str, second: &str| {
            word == first && words.get(i + 1).is_some_and(|w| w == second)
                || word == second && i > 0 && words[i - 1] == first
        };
        match of_word(word) {
            _ if parted("hold", "out") || parted("held", "out") => sides.push(Side::Test),
            Some(side) => sides.push(side),
            None if !PLAIN.contains(&&**word) && !word.bytes().all(|b| b.is_ascii_digit()) => {
                rest.push(word.as_str());
            }
            None => {}
        }
    }
    sides.sort_unstable();
    sides.dedup();
    let side = match sides[..] {
        [side] => side,
        // What is parted from the test alone is trained on.
        [Side::Train, Side::Validation] => Side::Train,
        // "test-dev", "val_test": held back either way.
        [Side::Test, Side::Validation] => Side::Test,
        _ => return None,
    };
    Some(Named { side, rest: rest.join(" ") })
}

fn of_word(word: &str) -> Option<Side> {
    let known = |word: &str| match word {
        _ if TRAIN.contains(&word) => Some(Side::Train),
        _ if TEST.contains(&word) => Some(Side::Test),
        _ if VALIDATION.contains(&word) => Some(Side::Validation),
        _ => None,
    };
    // "train2017", "test1".
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let cut = || ENDS.iter().find_map(|end| known(bare.strip_suffix(end)?));
    let begun = bare.strip_prefix(['x', 'y']);
    known(word).or_else(|| known(bare)).or_else(cut).or_else(|| known(begun?))
}

/// Whether the ending of a file's name says its side: "optdigits.tra" and "optdigits.tes" are one table of each.
pub(super) fn ends_in_side(end: &str) -> bool {
    of_word(&end.to_lowercase()).is_some()
}

/// A letter without its accent: macOS writes "é" as two characters, others as one.
fn bare(letter: char) -> char {
    const ACCENTS: [(&str, char); 7] = [
        ("áàâäãå", 'a'),
        ("éèêë", 'e'),
        ("íìîï", 'i'),
        ("óòôöõ", 'o'),
        ("úùûü", 'u'),
        ("ç", 'c'),
        ("ñ", 'n'),
    ];
    ACCENTS.iter().find(|(with, _)| with.contains(letter)).map_or(letter, |(_, bare)| *bare)
}

/// The words of a name, in small letters without accents: parted by what is neither letter nor digit, and where a capital
/// follows a small letter.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    let marks = '\u{300}'..='\u{36f}';
    for c in name.chars().filter(|c| !marks.contains(c)) {
        if !c.is_alphanumeric() || small && c.is_uppercase() {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase().map(bare));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_use_say_their_side() {
        for (side, names) in [
            (
                Side::Train,
                "train|Train|TRAINING|trn|train_set|trainset|TrainImages|x_train|X_train|xtrain|mnist_train|\
                 train-images-idx3-ubyte|train2017|training-data|seg_train|train (1)|trainval|train_val|tr|x_tr|\
                 optdigits.tra|pets.trn|a.train|Trainingsdaten|trainingsset|Trainingsbilder|apprentissage|Entraînement|\
                 entrai\u{302}nement|entrenamiento|datos de entrenamiento|train_dataset|训练集",
            ),
            (
                Side::Test,
                "test|Testing|tst|eval|Evaluation|holdout|hold-out|held_out|HoldOut|t10k-images-idx3-ubyte|test1|\
                 y_test|testset|mnist_test|TestData|t10k-labels|te|x_te|optdigits.tes|pets.tst|a.test|Testdaten|Testmenge|\
                 prueba|datos_de_prueba|unseen|Unseen data|test-dev|val_test|test_val|PrivateTest|テスト",
            ),
            (
                Side::Validation,
                "val|valid|Validation|dev|x_val|val2017|validation_set|devset|cross_val|Validierungsdaten|validación",
            ),
        ] {
            for name in names.split('|') {
                assert_eq!(named(name).map(|n| n.side), Some(side), "{name}");
            }
        }
        for name in [
            "cat",
            "testament",
            "rain",
            "trainers",
            "train_test_split",
            "value",
            "devil",
            "contest",
            "tea",
            "trout",
            "tree",
            "",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
        assert_eq!(named("seg_train").map(|n| n.rest), Some("seg".into()));
        assert_eq!(named("x_train").map(|n| n.rest), Some(String::new()));
    }
}
