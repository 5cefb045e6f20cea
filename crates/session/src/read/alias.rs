//! What others call a field. Such a name is nearer to something else by its letters (`decay` to `delay`), so that it is looked
//! for before those are counted.

/// Names that other tools have, and the place of the field that is meant. Small letters, `_` between words.
pub const ALIASES: [(&str, &str); 46] = [
    ("lr", "training.learning_rate"),
    ("rate", "training.learning_rate"),
    ("eta", "training.learning_rate"),
    ("step_size", "training.learning_rate"),
    ("learning_rate_init", "training.learning_rate"),
    ("decay", "training.l2"),
    ("weight_decay", "training.l2"),
    ("wd", "training.l2"),
    ("l2_penalty", "training.l2"),
    ("regularization", "training.l2"),
    ("l1_penalty", "training.l1"),
    ("batch", "training.batch_size"),
    ("bs", "training.batch_size"),
    ("minibatch_size", "training.batch_size"),
    ("mini_batch_size", "training.batch_size"),
    ("clip", "training.clip_norm"),
    ("grad_clip", "training.clip_norm"),
    ("gradient_clip", "training.clip_norm"),
    ("max_grad_norm", "training.clip_norm"),
    ("max_norm", "training.clip_norm"),
    ("clipnorm", "training.clip_norm"),
    ("clipvalue", "training.clip_value"),
    ("optim", "training.optimizer"),
    ("solver", "training.optimizer"),
    ("betas", "training.optimizer.beta1"),
    ("beta", "training.optimizer.beta1"),
    ("beta_1", "training.optimizer.beta1"),
    ("beta_2", "training.optimizer.beta2"),
    ("epsilon", "training.optimizer.eps"),
    ("nesterov", "training.optimizer.kind"),
    ("lr_schedule", "training.schedule"),
    ("lr_scheduler", "training.schedule"),
    ("warmup_steps", "training.schedule.warmup"),
    ("warm_up", "training.schedule.warmup"),
    ("hidden_size", "hidden[0].units"),
    ("hidden_dim", "hidden[0].units"),
    ("hidden_units", "hidden[0].units"),
    ("neurons", "hidden[0].units"),
    ("width", "hidden[0].units"),
    ("dropout_rate", "hidden[0].dropout"),
    ("dropout_prob", "hidden[0].dropout"),
    ("nonlinearity", "hidden[0].activation"),
    ("random_seed", "seed"),
    ("random_state", "seed"),
    ("criterion", "loss"),
    ("num_samples", "data.samples"),
];

/// The same among the fields of a layer.
const IN_LAYERS: [(&str, &str); 22] = [
    ("filters", "channels"),
    ("out_channels", "channels"),
    ("out_features", "units"),
    ("hidden_size", "units"),
    ("hidden_dim", "units"),
    ("neurons", "units"),
    ("embedding_dim", "units"),
    ("num_embeddings", "vocabulary"),
    ("vocab", "vocabulary"),
    ("vocab_size", "vocabulary"),
    ("padding_idx", "padding"),
    ("kernel_size", "kernel"),
    ("strides", "stride"),
    ("p", "rate"),
    ("dropout", "rate"),
    ("nonlinearity", "activation"),
    ("num_heads", "heads"),
    ("nhead", "heads"),
    ("dim_feedforward", "feedforward"),
    ("num_layers", "layers"),
    ("num_groups", "groups"),
    ("use_bias", "bias"),
];

/// Names for how long to train, which is said where training is begun.
const LENGTHS: [&str; 8] =
    ["epochs", "epoch", "n_epochs", "num_epochs", "max_epochs", "steps", "iterations", "max_iter"];

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['-', ' '], "_")
}

/// What is meant by a name of others' in the object at `holder`; nothing where it is nobody's name.
pub fn meant(name: &str, holder: &str) -> Option<String> {
    let name = plain(name);
    if LENGTHS.contains(&name.as_str()) {
        return Some(
            "; how long to train is no part of an experiment: the command line has `--epochs` and `--steps`, and the page \
             trains until it is paused"
                .into(),
        );
    }
    let (_, place) = ALIASES.iter().find(|(alias, _)| *alias == name)?;
    let here = place.strip_prefix(holder).and_then(|rest| rest.strip_prefix('.'));
    // A list's elements are alike.
    let first = place.split_once("[0].").filter(|(list, _)| holder.starts_with(&format!("{list}[")));
    let place = here.or(first.map(|(_, field)| field)).filter(|field| !field.contains('.')).unwrap_or(place);
    Some(format!("; did you mean {place}?"))
}

/// The field of a layer that is meant, among those that it has and were not given.
pub fn in_layer<'a>(name: &str, free: &[&'a str]) -> Option<&'a str> {
    let name = plain(name);
    let meant = IN_LAYERS.iter().filter(|(alias, _)| *alias == name).map(|(_, field)| *field);
    meant.filter_map(|field| free.iter().copied().find(|free| *free == field)).next()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Experiment;

    fn told(value: Value) -> String {
        Experiment::read(value).expect_err("a field that there is not").to_string()
    }

    /// Breaks where the nearest name is told instead: `delay` for `decay`.
    #[test]
    fn names_that_others_have_lead_to_the_field_wherever_they_stand() {
        for (alias, place) in ALIASES {
            for (holder, inside) in [
                ("", json!({ alias: 1 })),
                ("training", json!({ "training": { alias: 1 } })),
                ("training.optimizer", json!({ "training": { "optimizer": { alias: 1 } } })),
                ("training.schedule", json!({ "training": { "schedule": { alias: 1 } } })),
                ("hidden[0]", json!({ "hidden": [{ alias: 1 }] })),
            ] {
                let field =
                    place.rsplit_once('.').filter(|(home, _)| *home == holder).map(|(_, field)| field);
                let wanted = format!("did you mean {}?", field.unwrap_or(place));
                let told = told(inside);
                assert!(told.contains(&wanted), "{alias} in {holder:?}: {told}\n{wanted}");
            }
        }
        let told_of =
            |value: Value, part: &str| assert!(told(value.clone()).contains(part), "{}", told(value));
        told_of(json!({ "training": { "lr": 0.1 } }), "no field training.lr; did you mean learning_rate?");
        told_of(json!({ "LR": 0.1 }), "did you mean training.learning_rate?");
        told_of(json!({ "hidden": [{}, { "hidden-size": 4 }] }), "did you mean units?");
        for length in LENGTHS {
            told_of(json!({ length: 3 }), "`--epochs`");
            told_of(json!({ "training": { length: 3 } }), "`--epochs`");
        }
    }

    #[test]
    fn every_meant_field_is_there() {
        for (alias, place) in ALIASES {
            let names: Vec<&str> = place.split('.').collect();
            let mut value = json!({});
            let mut at = &mut value;
            for name in &names {
                let (name, list) = name.strip_suffix("[0]").map_or((*name, false), |name| (name, true));
                at[name] = if list { json!([{}]) } else { json!({}) };
                at = if list { &mut at[name][0] } else { &mut at[name] };
            }
            *at = json!([[]]);
            let told = told(value);
            assert!(told.contains(&format!("{place} is a list")), "{alias}: {told}");
        }
    }

    #[test]
    fn layers_have_names_of_their_own() {
        let of = |layer: Value| {
            told(
                json!({ "model": { "input": { "shape": [4] }, "samples": { "kind": "random", "train": 4, "test": 0 },
                "layers": [layer] } }),
            )
        };
        for (alias, field) in IN_LAYERS {
            assert_eq!(in_layer(alias, &["axis", field]), Some(field));
            assert_eq!(in_layer(alias, &["axis"]), None);
        }
        let linear = of(json!({ "layer": "linear", "out_features": 3 }));
        assert!(linear.contains("layers[0].out_features; did you mean units?"), "{linear}");
        assert!(
            of(json!({ "layer": "conv2d", "filters": 3, "kernel": 3 })).contains("did you mean channels?")
        );
        assert!(of(json!({ "layer": "dropout", "p": 0.5 })).contains("did you mean rate?"));
    }
}
