//! Muon for the matrices inside a model and AdamW for the rest, as lines of Python.

use minibatch_nn::{Layout, OptimizerConfig};
use minibatch_session::Training;

use crate::code::{Call, Code, float};
use crate::training::Lines;

impl Lines {
    /// Two optimizers that step together. The model has matrices inside.
    pub(crate) fn muon(&mut self, layout: &Layout, training: &Training) {
        let OptimizerConfig { muon_momentum, beta1, beta2, eps, .. } = training.optimizer;
        let lr = float(training.learning_rate);
        self.before += "    # Muon is for the matrices inside: AdamW trains tables of vectors, the output layer, biases and norms.\n    \
                        # torch's Muon computes in bfloat16: its losses are Minibatch's to a few digits only.\n";
        let inner = self.inner(layout);
        self.before +=
            &format!("    others = [p for p in model.parameters() if all(p is not q for q in {inner})]\n");
        let decay = training.l2 != 0.0;
        let rest = layout.parameters.iter().filter(|p| !p.inner);
        let (rest_decays, rest_plain) = rest.fold((false, false), |(a, b), p| (a || p.decay, b || !p.decay));
        if rest_decays && (decay || training.l1 != 0.0) {
            self.before += "    # Decay is for weights: not for biases and norms.\n";
            self.before += "    weights = [p for p in others if p.ndim > 1]\n";
        }
        let kernels = layout.parameters.iter().any(|p| p.inner && p.shape.len() > 2);
        let matrices = if kernels { "flat" } else { "matrices" };
        let muon = Call::new("torch.optim.Muon").arg(matrices).named("lr", lr.as_str());
        let muon =
            muon.named("weight_decay", float(training.l2)).unless(0.95, "momentum", muon_momentum, float);
        let mut made: Vec<Code> = vec![muon.named("adjust_lr_fn", "\"match_rms_adamw\"").into()];
        if rest_decays || rest_plain {
            let groups: Code = match (decay && rest_decays, rest_plain) {
                (true, true) => {
                    let rate = float(training.l2);
                    self.before += &format!(
                        "    groups = [\n        {{\"params\": weights, \"weight_decay\": {rate}}},\n        \
                         {{\"params\": [p for p in others if p.ndim <= 1], \"weight_decay\": 0.0}},\n    ]\n"
                    );
                    "groups".into()
                }
                _ => "others".into(),
            };
            let alike = if decay && rest_decays { training.l2 } else { 0.0 };
            let adamw = Call::new("torch.optim.AdamW").arg(groups).named("lr", lr);
            let adamw = match beta1 == 0.9 && beta2 == 0.999 {
                true => adamw,
                false => adamw.named("betas", format!("({}, {})", float(beta1), float(beta2))),
            };
            let adamw = adamw.unless(1e-8, "eps", eps, float);
            made.push(adamw.named("weight_decay", float(alike)).into());
        }
        self.before += &format!("    optimizers = {}\n", Code::List(made).layout(4, 17));
        self.zero = "        model.zero_grad()\n".into();
        self.step = "        for optimizer in optimizers:\n            optimizer.step()\n".into();
        if kernels {
            self.hands += "        for kernel, one in zip(matrices, flat):\n            if kernel.grad is not None:\n                \
                           one.grad = kernel.grad.flatten(1)\n";
        }
    }

    /// Finds the matrices; gives the list's name.
    fn inner(&mut self, layout: &Layout) -> &'static str {
        let sized = |p: &&minibatch_nn::Parameter| matches!(p.shape.len(), 2 | 4);
        let apart: Vec<Code> = layout
            .parameters
            .iter()
            .filter(sized)
            .filter(|p| !p.inner)
            .map(|p| format!("\"{}\"", p.name).into())
            .collect();
        let kernels = layout.parameters.iter().any(|p| p.inner && p.shape.len() > 2);
        let axes = if kernels { "p.ndim in (2, 4)" } else { "p.ndim == 2" };
        if apart.is_empty() {
            self.before += &format!("    matrices = [p for p in model.parameters() if {axes}]\n");
        } else {
            self.before += &format!("    apart = {}\n", Code::List(apart).layout(4, 12));
            self.before += &format!(
                "    matrices = [p for name, p in model.named_parameters() if {axes} and name not in apart]\n"
            );
        }
        if kernels {
            self.before += "    # A kernel is a matrix of (out, in * height * width), in the same memory.\n";
            self.before += "    flat = [nn.Parameter(p.detach().flatten(1)) for p in matrices]\n";
        }
        "matrices"
    }

    /// L1 goes by the sign of a weight: into the gradient, but past Muon's direction, which would lose its size.
    pub(crate) fn muon_l1(&mut self, layout: &Layout, l1: f32) {
        if layout.parameters.iter().any(|p| !p.inner && p.decay) {
            self.l1(l1);
        }
        self.gradients +=
            "        lr = optimizers[0].param_groups[0][\"lr\"]\n        for weight in matrices:\n";
        self.gradients +=
            &format!("            weight.data.sub_(weight.detach().sign(), alpha=lr * {})\n", float(l1));
    }
}
