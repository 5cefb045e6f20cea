//! Loss, optimizer, schedule and clipping, as lines of Python.

use minibatch_nn::{Layout, Loss, OptimizerConfig, OptimizerKind, Schedule, ScheduleKind};
use minibatch_session::Training;

use crate::code::{Call, Code, float};

/// The lines that stand before the loop, and in it.
#[derive(Default)]
pub struct Lines {
    /// Definitions at the top of the file.
    pub functions: String,
    /// What is made once.
    pub before: String,
    /// What a step begins with.
    pub begin: String,
    /// What puts the gradients of the step before away.
    pub zero: String,
    /// What is done to the gradients.
    pub gradients: String,
    /// What brings them to an optimizer that sees the parameters in another shape.
    pub hands: String,
    /// The optimizer's step.
    pub step: String,
    /// What follows the optimizer's step.
    pub after: String,
    /// Python's `math` is used.
    pub math: bool,
}

impl Lines {
    /// For a loss over predictions of `rank` axes, the batch's among them, and parameters as `layout` has them.
    pub fn new(loss: Loss, rank: usize, layout: &Layout, training: &Training) -> Self {
        let mut lines = Self {
            zero: "        optimizer.zero_grad()\n".into(),
            step: "        optimizer.step()\n".into(),
            ..Self::default()
        };
        lines.loss(loss, rank);
        let muon = training.optimizer.kind == OptimizerKind::Muon && !layout.matrices().is_empty();
        if muon {
            lines.muon(layout, training);
        } else {
            lines.optimizer(training);
        }
        lines.schedule(&training.schedule, training.learning_rate, muon);
        lines.clip(training);
        match training.l1 {
            0.0 => {}
            l1 if muon => lines.muon_l1(layout, l1),
            l1 => lines.l1(l1),
        }
        lines
    }

    fn loss(&mut self, loss: Loss, rank: usize) {
        let made: Code = match loss {
            Loss::Mse => Call::new("nn.MSELoss").into(),
            Loss::SumSquares => Call::new("nn.MSELoss").named("reduction", "\"sum\"").into(),
            Loss::L1 => Call::new("nn.L1Loss").into(),
            Loss::Huber { delta } => Call::new("nn.HuberLoss").unless(1.0, "delta", delta, float).into(),
            Loss::BinaryCrossEntropy => Call::new("nn.BCEWithLogitsLoss").into(),
            Loss::HalfMse => {
                self.functions += "def half_mse(prediction, target):\n    \"\"\"Half the mean of squares, so that the gradient is prediction - target.\"\"\"\n    return nn.functional.mse_loss(prediction, target) / 2\n";
                "half_mse".into()
            }
            Loss::CrossEntropy { label_smoothing, ignore_index: None } => {
                let made = Call::new("nn.CrossEntropyLoss");
                made.unless(0.0, "label_smoothing", label_smoothing, float).into()
            }
            Loss::CrossEntropy { label_smoothing, ignore_index: Some(index) } => {
                let all = Call::new("nn.functional.cross_entropy").arg("prediction").arg("target");
                let all = all.named("ignore_index", index.to_string());
                let all = all.unless(0.0, "label_smoothing", label_smoothing, float);
                let all = Code::from(all.named("reduction", "\"sum\"")).layout(4, 12);
                self.functions += &format!(
                    "def cross_entropy(prediction, target):\n    \"\"\"The mean over targets other than {index}; 0 where there are none, where torch's is nan.\"\"\"\n    \
                     total = {all}\n    return total / (target != {index}).sum().clamp(min=1)\n"
                );
                "cross_entropy".into()
            }
        };
        let made = made.layout(4, 16);
        if rank > 2 && loss.takes_classes() {
            self.functions += "def by_place(criterion):\n    \"\"\"The loss over all places of all samples: scores lie along the last axis.\"\"\"\n    return lambda prediction, target: criterion(prediction.flatten(0, -2), target.flatten())\n";
            self.before += &format!("    criterion = by_place({made})\n");
        } else {
            self.before += &format!("    criterion = {made}\n");
        }
    }

    fn optimizer(&mut self, training: &Training) {
        let OptimizerConfig { kind, momentum, beta1, beta2, alpha, rho, eps, .. } = training.optimizer;
        // Muon without a matrix inside is AdamW.
        let kind = if kind == OptimizerKind::Muon { OptimizerKind::AdamW } else { kind };
        let decay = training.l2 != 0.0;
        if decay || training.l1 != 0.0 {
            self.before += "    # Decay is for weights: not for biases and norms.\n";
            self.before += "    weights = [p for p in model.parameters() if p.ndim > 1]\n";
        }
        let parameters: Code = if decay {
            self.before += "    others = [p for p in model.parameters() if p.ndim <= 1]\n";
            self.before += &format!(
                "    groups = [\n        {{\"params\": weights, \"weight_decay\": {}}},\n        {{\"params\": others, \"weight_decay\": 0.0}},\n    ]\n",
                float(training.l2)
            );
            "groups".into()
        } else {
            "model.parameters()".into()
        };
        let class = match kind {
            OptimizerKind::Sgd | OptimizerKind::Momentum | OptimizerKind::Nesterov => "SGD",
            OptimizerKind::RmsProp => "RMSprop",
            OptimizerKind::Adagrad => "Adagrad",
            OptimizerKind::Adadelta => "Adadelta",
            OptimizerKind::Adam => "Adam",
            OptimizerKind::AdamW | OptimizerKind::Muon => "AdamW",
        };
        let made = Call::new(&format!("torch.optim.{class}")).arg(parameters);
        let made = made.named("lr", float(training.learning_rate));
        let betas = format!("({}, {})", float(beta1), float(beta2));
        let usual = beta1 == 0.9 && beta2 == 0.999;
        let with_betas = |made: Call| if usual { made } else { made.named("betas", betas.as_str()) };
        let made = match kind {
            OptimizerKind::Sgd => made,
            OptimizerKind::Momentum => made.named("momentum", float(momentum)),
            // With no momentum there is nothing to look ahead along, and PyTorch refuses it.
            OptimizerKind::Nesterov if momentum == 0.0 => made,
            OptimizerKind::Nesterov => made.named("momentum", float(momentum)).flag("nesterov", true),
            OptimizerKind::RmsProp => {
                made.unless(0.99, "alpha", alpha, float).unless(1e-8, "eps", eps, float)
            }
            OptimizerKind::Adagrad => made.unless(1e-10, "eps", eps, float),
            OptimizerKind::Adadelta => made.unless(0.9, "rho", rho, float).unless(1e-6, "eps", eps, float),
            OptimizerKind::Adam => with_betas(made).unless(1e-8, "eps", eps, float),
            OptimizerKind::AdamW | OptimizerKind::Muon => with_betas(made).unless(1e-8, "eps", eps, float),
        };
        // PyTorch's own default is 0.01.
        let made =
            if kind == OptimizerKind::AdamW && !decay { made.named("weight_decay", "0.0") } else { made };
        self.before += &format!("    optimizer = {}\n", Code::from(made).layout(4, 16));
    }

    fn schedule(&mut self, schedule: &Schedule, base: f32, several: bool) {
        let Schedule { kind, period, gamma, total, min, warmup } = *schedule;
        let rises = kind == ScheduleKind::Cosine && min != 0.0;
        if base == 0.0 && !rises || kind == ScheduleKind::Constant && warmup == 0 {
            return;
        }
        let (period, total, gamma_text) = (period.max(1), total.max(1), float(gamma));
        if rises {
            return self.cosine_to(min, base, total, warmup, several);
        }
        let made = match kind {
            ScheduleKind::Step if warmup == 0 => {
                format!("StepLR(optimizer, step_size={period}, gamma={gamma_text})")
            }
            ScheduleKind::Exponential if warmup == 0 => {
                format!("ExponentialLR(optimizer, gamma={gamma_text} ** (1 / {period}))")
            }
            ScheduleKind::Constant
            | ScheduleKind::Step
            | ScheduleKind::Exponential
            | ScheduleKind::Cosine => {
                self.functions += "def rate(step):\n    \"\"\"The learning rate's factor, for steps counted from 0.\"\"\"\n";
                let shape = match kind {
                    ScheduleKind::Constant => "1.0".to_string(),
                    ScheduleKind::Step => format!("{gamma_text} ** (step // {period})"),
                    ScheduleKind::Exponential => format!("{gamma_text} ** (step / {period})"),
                    ScheduleKind::Cosine => {
                        self.math = true;
                        self.functions += &half_a_cosine(total);
                        "down".to_string()
                    }
                };
                let factor = match (warmup, shape.as_str()) {
                    (0, _) => shape,
                    (_, "1.0") => format!("min(1.0, (step + 1) / {warmup})"),
                    _ => format!("min(1.0, (step + 1) / {warmup}) * {shape}"),
                };
                self.functions += &format!("    return {factor}\n");
                "LambdaLR(optimizer, rate)".to_string()
            }
        };
        if several {
            let made = format!("torch.optim.lr_scheduler.{made}");
            self.before += &format!("    schedulers = [{made} for optimizer in optimizers]\n");
            self.after += "        for scheduler in schedulers:\n            scheduler.step()\n";
            return;
        }
        self.before += &format!("    scheduler = torch.optim.lr_scheduler.{made}\n");
        self.after += "        scheduler.step()\n";
    }

    /// A cosine that ends above 0: the rate itself, since a rate of 0 has no multiple that is more.
    fn cosine_to(&mut self, min: f32, base: f32, total: u32, warmup: u32, several: bool) {
        self.math = true;
        let (min, base) = (float(min), float(base));
        let warm = if warmup == 0 { String::new() } else { format!("min(1.0, (step + 1) / {warmup}) * ") };
        self.functions += "def rate(step):\n    \"\"\"The learning rate, for steps counted from 0.\"\"\"\n";
        self.functions += &half_a_cosine(total);
        self.functions += &format!("    return {warm}({min} + ({base} - {min}) * down)\n");
        let groups = if several {
            "for group in (group for optimizer in optimizers for group in optimizer.param_groups):"
        } else {
            "for group in optimizer.param_groups:"
        };
        self.begin = format!("        {groups}\n            group[\"lr\"] = rate(step)\n");
    }

    fn clip(&mut self, training: &Training) {
        if let Some(max) = training.clip_norm {
            self.gradients +=
                &format!("        nn.utils.clip_grad_norm_(model.parameters(), {})\n", float(max));
        }
        if let Some(max) = training.clip_value {
            self.gradients +=
                &format!("        nn.utils.clip_grad_value_(model.parameters(), {})\n", float(max));
        }
    }

    /// After clipping, as weight decay is; the loss that is printed is without it.
    pub(crate) fn l1(&mut self, l1: f32) {
        self.gradients += "        for weight in weights:\n            if weight.grad is not None:\n                \
                           # L1: the slope of the sum of absolute weights.\n";
        self.gradients +=
            &format!("                weight.grad.add_(weight.detach().sign(), alpha={})\n", float(l1));
    }
}

/// From 1 down to 0 over so many steps.
fn half_a_cosine(total: u32) -> String {
    format!("    way = min(1.0, step / {total})\n    down = (1 + math.cos(math.pi * way)) / 2\n")
}
