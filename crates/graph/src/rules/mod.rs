//! The shape rule of every op: what it takes, what it yields, and what to say when it cannot.

mod arrange;
mod measure;
mod norm;
mod sequence;
mod spatial;

use crate::{DType, Epilogue, Graph, GraphError, Loss, NodeId, Op, Optimizer, Shape, control};

/// One node about to be added, for its rule to look at.
struct Rule<'a> {
    graph: &'a Graph,
    op: &'a Op,
    inputs: &'a [NodeId],
    label: &'a str,
}

/// The shape and type of `op` over `inputs`.
pub(crate) fn output_of(
    graph: &Graph,
    op: &Op,
    inputs: &[NodeId],
    label: &str,
) -> Result<(Shape, DType), GraphError> {
    let rule = Rule { graph, op, inputs, label };
    let float = |shape: Shape| Ok((shape, DType::F32));
    match op {
        // Added by Graph's own functions, which know the shape.
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => {
            Err(rule.bad_value("builder", "add_node", "use Graph::variable, Graph::full or Graph::view"))
        }
        Op::Pack => {
            if inputs.is_empty() {
                return Err(GraphError::Arity { label: label.into(), op: op.name(), wanted: 1, got: 0 });
            }
            (0..inputs.len()).try_for_each(|i| rule.typed(i, DType::F32))?;
            float(Shape::from([inputs.iter().map(|&i| graph.shape(i).numel()).sum::<usize>()]))
        }
        Op::ActivationGrad(_) => {
            rule.arity(2)?;
            rule.floats()?;
            rule.same(0, 1)?;
            float(rule.shape(0).clone())
        }
        Op::Binary(_) => float(rule.broadcast()?),
        Op::Activation(_) | Op::Unary(_) => {
            rule.arity(1)?;
            rule.floats()?;
            float(rule.shape(0).clone())
        }
        Op::Matmul { trans_a, trans_b, bias, epilogue } => {
            float(rule.matmul(*trans_a, *trans_b, *bias, *epilogue)?)
        }
        Op::WeightGrad { gap } => float(rule.weight_grad(*gap)?),
        Op::Reduce { axes, .. } => float(rule.reduce(axes)?),
        Op::Permute { axes } => rule.permute(axes),
        Op::Slice { axis, start, len } => rule.slice(*axis, *start, *len),
        Op::Pad { axis, before, after } => float(rule.pad(*axis, *before, *after)?),
        Op::Concat { axis } => float(rule.concat(*axis)?),
        Op::Conv2d { conv, bias, activation } => float(rule.conv2d(conv, *bias, *activation)?),
        Op::Conv2dGradInput { conv, size } => float(rule.conv2d_grad_input(conv, *size)?),
        Op::Conv2dGradWeight { conv, kernel, bias } => float(rule.conv2d_grad_weight(conv, *kernel, *bias)?),
        Op::Pool2d(pool) => float(rule.pool2d(pool)?),
        Op::Pool2dGrad(pool) => float(rule.pool2d_grad(pool)?),
        Op::Softmax { .. } => {
            rule.arity(1)?;
            rule.floats()?;
            float(rule.shape(0).clone())
        }
        Op::SoftmaxGrad { .. } => {
            rule.arity(2)?;
            rule.floats()?;
            rule.same(0, 1)?;
            float(rule.shape(0).clone())
        }
        Op::Norm(norm) => float(rule.norm(norm)?),
        Op::NormGrad(norm) => float(rule.norm_grad(norm)?),
        Op::NormGradWeight(norm) => float(rule.norm_grad_weight(norm)?),
        Op::RunningStats { momentum } => float(rule.running_stats(*momentum)?),
        Op::Attention(attention) => float(rule.attention(attention)?),
        Op::AttentionGrad(attention) => float(rule.attention_grad(attention)?),
        Op::Rotary(rotary) => float(rule.rotary(rotary)?),
        Op::Recurrent(recurrent) => float(rule.recurrent(recurrent)?),
        Op::RecurrentGrad(recurrent) => float(rule.recurrent_grad(recurrent)?),
        Op::SumSquares => {
            rule.arity(1)?;
            rule.floats()?;
            float(Shape::from([1]))
        }
        Op::ClipNorm { max } => {
            rule.arity(2)?;
            rule.floats()?;
            rule.positive("max", *max)?;
            if rule.shape(1).numel() != 1 {
                return Err(rule.bad_shape(1, "give the sum of squares, (1)"));
            }
            float(rule.shape(0).clone())
        }
        Op::ClipValue { max } => {
            rule.arity(1)?;
            rule.floats()?;
            rule.positive("max", *max)?;
            float(rule.shape(0).clone())
        }
        Op::ToIndex => {
            rule.arity(1)?;
            rule.floats()?;
            Ok((rule.shape(0).clone(), DType::U32))
        }
        Op::Gather => {
            rule.arity(2)?;
            rule.typed(1, DType::U32)?;
            let mut dims = rule.shape(0).dims().to_vec();
            dims[0] = rule.shape(1).numel();
            Ok((Shape::new(dims), graph.node(inputs[0]).dtype))
        }
        Op::GatherGrad { rows } => {
            rule.arity(2)?;
            rule.typed(0, DType::U32)?;
            rule.typed(1, DType::F32)?;
            let mut dims = rule.shape(1).dims().to_vec();
            if dims[0] != rule.shape(0).numel() {
                return Err(rule.mismatch(0, 1, "one row of gradient for each index".into()));
            }
            dims[0] = *rows;
            float(Shape::new(dims))
        }
        Op::Dropout { rate, .. } => {
            rule.arity(2)?;
            rule.typed(0, DType::F32)?;
            rule.control(1)?;
            if !(0.0..1.0).contains(rate) {
                return Err(rule.bad_value(
                    "rate",
                    &rate.to_string(),
                    "give a share from 0 up to, not including, 1",
                ));
            }
            float(rule.shape(0).clone())
        }
        Op::Loss(loss) => {
            rule.arity(2)?;
            rule.loss(*loss)?;
            float(Shape::from([1]))
        }
        Op::LossGrad(loss) => {
            rule.arity(3)?;
            rule.loss(*loss)?;
            float(rule.shape(0).clone())
        }
        Op::Score(loss) => {
            rule.arity(2)?;
            rule.loss(*loss)?;
            float(Shape::from([rule.matrix(0)?.0, 3]))
        }
        Op::Tally(_) => float(rule.tally()?),
        Op::Confusion { classes, loss, .. } => float(rule.confusion(*classes, *loss)?),
        Op::NextRows { samples, rows } => rule.next_rows(*samples, *rows),
        Op::BeginStep { samples, batch } => {
            rule.arity(1)?;
            rule.control(0)?;
            if *batch == 0 || batch > samples {
                let mend = format!("give a batch of 1 to {samples}, the number of samples");
                return Err(rule.bad_value("batch", &batch.to_string(), &mend));
            }
            Ok((Shape::from([*batch]), DType::U32))
        }
        Op::Update(optimizer) => float(rule.update(*optimizer)?),
        Op::Momentum { momentum, .. } => {
            rule.arity(2)?;
            rule.floats()?;
            rule.same(0, 1)?;
            if !(0.0..1.0).contains(momentum) {
                let mend = "give a share from 0 up to, not including, 1";
                return Err(rule.bad_value("momentum", &momentum.to_string(), mend));
            }
            float(rule.shape(0).clone())
        }
        Op::Record => {
            rule.arity(2)?;
            rule.floats()?;
            let (ring, width) = (rule.shape(0).numel(), rule.shape(1).numel());
            if width == 0 || ring < 1 + width || !(ring - 1).is_multiple_of(width) {
                return Err(rule.mismatch(0, 1, format!("the ring needs 1 + rows x {width} elements")));
            }
            float(rule.shape(0).clone())
        }
        Op::KeepLeast => {
            rule.arity(3)?;
            let dtype = graph.node(inputs[0]).dtype;
            rule.typed(1, dtype)?;
            rule.typed(2, DType::F32)?;
            let n = rule.shape(1).numel();
            if rule.shape(0).numel() != 1 + n {
                return Err(rule.mismatch(0, 1, format!("what is kept needs 1 + {n} elements")));
            }
            if rule.shape(2).numel() != 1 {
                return Err(rule.bad_shape(2, "give one loss, (1)"));
            }
            Ok((rule.shape(0).clone(), dtype))
        }
    }
}

impl Rule<'_> {
    fn shape(&self, input: usize) -> &Shape {
        self.graph.shape(self.inputs[input])
    }

    fn arity(&self, wanted: usize) -> Result<(), GraphError> {
        let got = self.inputs.len();
        if got == wanted {
            return Ok(());
        }
        Err(GraphError::Arity { label: self.label.into(), op: self.op.name(), wanted, got })
    }

    fn typed(&self, input: usize, wanted: DType) -> Result<(), GraphError> {
        let got = self.graph.node(self.inputs[input]).dtype;
        if got == wanted {
            return Ok(());
        }
        Err(GraphError::BadType { label: self.label.into(), op: self.op.name(), input, wanted, got })
    }

    fn floats(&self) -> Result<(), GraphError> {
        (0..self.inputs.len()).try_for_each(|i| self.typed(i, DType::F32))
    }

    fn matrix(&self, input: usize) -> Result<(usize, usize), GraphError> {
        self.shape(input).as_matrix().ok_or_else(|| self.bad_shape(input, "give a matrix, (rows, columns)"))
    }

    fn same(&self, left: usize, right: usize) -> Result<(), GraphError> {
        if self.shape(left) == self.shape(right) {
            return Ok(());
        }
        Err(self.mismatch(left, right, "give equal shapes".into()))
    }

    fn control(&self, input: usize) -> Result<(), GraphError> {
        self.typed(input, DType::U32)?;
        if self.shape(input).numel() == control::LEN {
            return Ok(());
        }
        Err(self.bad_shape(input, "give the control block"))
    }

    fn matmul(
        &self,
        trans_a: bool,
        trans_b: bool,
        bias: bool,
        epilogue: Epilogue,
    ) -> Result<Shape, GraphError> {
        let another = matches!(epilogue, Epilogue::ActivationGrad(_) | Epilogue::Add);
        self.arity(2 + usize::from(bias) + usize::from(another))?;
        self.floats()?;
        let swap = |swap: bool, (rows, columns)| if swap { (columns, rows) } else { (rows, columns) };
        let batched = self.shape(0).rank() == 3 && self.shape(1).rank() == 3;
        let last_two = |dims: &[usize]| (dims[1], dims[2]);
        let (left, right) = if batched {
            if self.shape(0).dims()[0] != self.shape(1).dims()[0] {
                return Err(self.mismatch(0, 1, "give as many left as right matrices".into()));
            }
            (last_two(self.shape(0).dims()), last_two(self.shape(1).dims()))
        } else {
            (self.matrix(0)?, self.matrix(1)?)
        };
        let (m, k) = swap(trans_a, left);
        let (k2, n) = swap(trans_b, right);
        if k != k2 {
            return Err(self.mismatch(0, 1, format!("the inner extents {k} and {k2} must be equal")));
        }
        if bias && self.shape(2).numel() != n {
            return Err(self.mismatch(1, 2, format!("the bias needs {n} elements")));
        }
        let result = if batched { Shape::from([self.shape(0).dims()[0], m, n]) } else { Shape::from([m, n]) };
        let last = self.inputs.len() - 1;
        match epilogue {
            Epilogue::ActivationGrad(_) if *self.shape(last) != result => {
                Err(self.mismatch(0, last, format!("the saved values must be {result}")))
            }
            Epilogue::Add if self.shape(last).numel() != result.numel() => {
                Err(self.mismatch(0, last, format!("what is added needs the elements of {result}")))
            }
            Epilogue::Both(_) => Ok(Shape::from([2 * result.numel()])),
            Epilogue::None | Epilogue::Activation(_) | Epilogue::ActivationGrad(_) | Epilogue::Add => {
                Ok(result)
            }
        }
    }

    fn weight_grad(&self, gap: usize) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        let ((k, m), (k2, n)) = (self.matrix(0)?, self.matrix(1)?);
        if k != k2 {
            return Err(self.mismatch(0, 1, format!("the inner extents {k} and {k2} must be equal")));
        }
        Ok(Shape::from([m * n + gap + m]))
    }

    fn loss(&self, loss: Loss) -> Result<(), GraphError> {
        self.typed(0, DType::F32)?;
        let (rows, columns) = self.matrix(0)?;
        match loss {
            Loss::Huber { delta } if delta <= 0.0 || delta.is_nan() => {
                Err(self.bad_value("delta", &delta.to_string(), "give a number above 0"))
            }
            Loss::Mse
            | Loss::HalfMse
            | Loss::SumSquares
            | Loss::L1
            | Loss::Huber { .. }
            | Loss::BinaryCrossEntropy => {
                self.typed(1, DType::F32)?;
                self.same(0, 1)
            }
            Loss::CrossEntropy { label_smoothing, .. } => {
                if !(0.0..1.0).contains(&label_smoothing) {
                    let mend = "give a share from 0 up to, not including, 1";
                    return Err(self.bad_value("label_smoothing", &label_smoothing.to_string(), mend));
                }
                self.typed(1, DType::U32)?;
                if self.shape(1).numel() == rows && columns > 1 {
                    return Ok(());
                }
                Err(self.mismatch(0, 1, "give (rows, classes) logits and one class number a row".into()))
            }
        }
    }

    fn update(&self, optimizer: Optimizer) -> Result<Shape, GraphError> {
        self.arity(4 + optimizer.state_count())?;
        self.control(3)?;
        for input in (0..self.inputs.len()).filter(|&i| i != 3) {
            self.typed(input, DType::F32)?;
            if self.shape(input).numel() != self.shape(0).numel() {
                return Err(self.mismatch(0, input, "parameters, gradients and state need one size".into()));
            }
        }
        Ok(self.shape(0).clone())
    }

    fn positive(&self, what: &'static str, value: f32) -> Result<(), GraphError> {
        if value > 0.0 {
            return Ok(());
        }
        Err(self.bad_value(what, &value.to_string(), "give a number above 0"))
    }

    fn mismatch(&self, left: usize, right: usize, mend: String) -> GraphError {
        GraphError::Mismatch {
            label: self.label.into(),
            op: self.op.name(),
            left: self.shape(left).clone(),
            right: self.shape(right).clone(),
            mend,
        }
    }

    fn bad_shape(&self, input: usize, mend: &str) -> GraphError {
        let shape = self.shape(input).clone();
        GraphError::BadShape { label: self.label.into(), op: self.op.name(), shape, mend: mend.into() }
    }

    fn bad_value(&self, what: &'static str, value: &str, mend: &str) -> GraphError {
        let (label, op) = (self.label.into(), self.op.name());
        GraphError::BadValue { label, op, what, value: value.into(), mend: mend.into() }
    }
}
