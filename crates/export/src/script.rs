//! The whole script, put together.

use minibatch_session::{DataSet, Experiment};

use crate::ExportError;
use crate::data::batch;
use crate::helpers;
use crate::layers::Writer;
use crate::names::escaped;
use crate::training::Lines;

/// Names of the files that belong together, without folders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names {
    /// What the experiment is called.
    pub title: String,
    /// The script's own name.
    pub script: String,
    /// The data's, beside it.
    pub data: String,
    /// The initial weights', beside it; the script does without where there are none.
    pub weights: String,
}

impl Names {
    /// For a script of this file name: `model.py` has `model.data.safetensors` and `model.weights.safetensors`.
    pub fn beside(title: &str, script: &str) -> Self {
        let stem = script.strip_suffix(".py").unwrap_or(script);
        Self {
            title: title.into(),
            script: script.into(),
            data: format!("{stem}.data.safetensors"),
            weights: format!("{stem}.weights.safetensors"),
        }
    }
}

/// One readable PyTorch script that trains the experiment's model on the experiment's data and prints each step's loss.
///
/// # Errors
/// When the experiment is wrong.
pub fn pytorch(experiment: &Experiment, names: &Names) -> Result<String, ExportError> {
    script(experiment, names, &DataSet::of(experiment)?)
}

/// The same for these samples.
pub(crate) fn script(experiment: &Experiment, names: &Names, set: &DataSet) -> Result<String, ExportError> {
    let model = experiment.model()?;
    let rows = set.train_inputs.shape.first().copied().unwrap_or(0);
    let batch = batch(experiment, rows);
    let tokens = model.input.tokens.is_some();
    let mut writer = Writer::new(&model)?;
    let (layers, rank) = writer.sequential("layers", &model.blocks, model.input.shape.len() + 1)?;
    let lines = Lines::new(model.loss, rank, &model.layout, &experiment.training);

    let [title, script, data, weights] =
        [&names.title, &names.script, &names.data, &names.weights].map(|name| escaped(name));
    let shuffled = batch < rows;
    let reads =
        if shuffled { "The data, and the order in which Minibatch takes it, come" } else { "The data come" };
    let mut text = format!(
        "\"\"\"{title}, as Minibatch trains it, in PyTorch.\n\n    pip install torch numpy safetensors\n    python {script} [steps]\n\n\
         {reads} from {data}.\nWhere {weights} lies beside it, training begins with those weights\n\
         and prints the losses that Minibatch has from them.\n\"\"\"\n\n"
    );
    text += if lines.math { "import math\nimport sys\n" } else { "import sys\n" };
    text += "from pathlib import Path\n\nimport torch\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n";
    text += "HERE = Path(__file__).parent\nSTEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000\n";
    if shuffled {
        text += &format!("BATCH = {batch}\n");
    }
    let mut parts = vec![];
    if !writer.used.is_empty() {
        parts.push(helpers::text(&writer.used));
    }
    parts.push(format!(
        "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = {}\n\n    \
         def forward(self, x):\n        return self.layers(x)\n",
        layers.layout(8, 22)
    ));
    if shuffled {
        parts.push(include_str!("python/batches.py").into());
    }
    if !lines.functions.is_empty() {
        parts.push(lines.functions.replace("\ndef ", "\n\n\ndef "));
    }
    let inputs = if tokens { ".long()" } else { "" };
    let targets = if model.loss.takes_classes() { ".long()" } else { "" };
    let mut main = format!(
        "def main():\n    torch.manual_seed({})\n    data = load_file(HERE / \"{data}\")\n    \
         inputs, targets = data[\"train_inputs\"]{inputs}, data[\"train_targets\"]{targets}\n\n    \
         model = Model()\n    weights = HERE / \"{weights}\"\n    if weights.exists():\n        \
         model.load_state_dict(load_file(weights))\n\n{}\n",
        experiment.seed, lines.before
    );
    let (turns, loss) = if shuffled {
        (
            "step, rows in zip(range(STEPS), batches(data[\"order\"], len(inputs)))",
            "model(inputs[rows]), targets[rows]",
        )
    } else {
        ("step in range(STEPS)", "model(inputs), targets")
    };
    main += &format!(
        "    for {turns}:\n{}        loss = criterion({loss})\n{}        loss.backward()\n{}{}{}{}        print(f\"{{step + 1}}\\t{{loss.item():.9g}}\")\n",
        lines.begin, lines.zero, lines.gradients, lines.hands, lines.step, lines.after
    );
    parts.push(main);
    for part in parts {
        text += "\n\n";
        text += &part;
    }
    text += "\n\nif __name__ == \"__main__\":\n    main()\n";
    Ok(text)
}
