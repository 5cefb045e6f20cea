//! Running a plan.

use minibatch_graph::{DType, Op};

use crate::memory::{Memory, Operand};
use crate::ops::{
    arrange, attention, elementwise, gather, loss, matmul, measure, norm, recurrent, spatial, step, update,
};
use crate::plan::Step;
use crate::{Cpu, CpuError, Plan, Real};

impl<T: Real> Cpu<T> {
    /// Runs a plan `times` times.
    ///
    /// # Errors
    /// When a variable was replaced by one of another type or length since the plan was compiled, or the plan was
    /// compiled by another store. Nothing has run then.
    pub fn run(&mut self, plan: &mut Plan<T>, times: u32) -> Result<(), CpuError> {
        for (name, index, dtype, len) in &plan.variables {
            match self.names.get(*index) {
                Some(here) if here == name => self.variables[*index].fits(name, *dtype, *len)?,
                Some(_) | None => return Err(CpuError::ForeignPlan { name: name.clone() }),
            }
        }
        if self.scratch.len() < plan.scratch {
            self.scratch.resize(plan.scratch, T::ZERO);
        }
        let scratch = &mut self.scratch[..];
        let mut memory = Memory { variables: &mut self.variables, locals: &mut plan.locals };
        for _ in 0..times {
            plan.steps.iter().for_each(|step| run_step(step, &mut memory, scratch));
        }
        Ok(())
    }
}

fn run_step<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    let Step { op, inputs, output, copies, .. } = step;
    match op {
        // Places, not work: the memory plan never orders them.
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => {}
        Op::Pack => memory.write(output, |memory, out| {
            for &(input, at) in copies {
                let from = memory.floats(&inputs[input]);
                out[at..at + from.len()].copy_from_slice(from);
            }
        }),
        Op::Binary(_) | Op::Unary(_) | Op::Reduce { .. } => arrange::run(step, memory, scratch),
        Op::Permute { .. } | Op::Slice { .. } | Op::Pad { .. } | Op::Concat { .. } => {
            arrange::run(step, memory, scratch);
        }
        Op::Conv2d { .. } | Op::Conv2dGradInput { .. } | Op::Conv2dGradWeight { .. } => {
            spatial::run(step, memory, scratch);
        }
        Op::Pool2d(_) | Op::Pool2dGrad(_) => spatial::run(step, memory, scratch),
        Op::Softmax { .. } | Op::SoftmaxGrad { .. } => norm::run(step, memory, scratch),
        Op::Norm(_) | Op::NormGrad(_) | Op::NormGradWeight(_) => norm::run(step, memory, scratch),
        Op::RunningStats { .. } => norm::run(step, memory, scratch),
        Op::SumSquares | Op::ClipNorm { .. } | Op::ClipValue { .. } => norm::run(step, memory, scratch),
        Op::Attention(_) | Op::AttentionLse(_) | Op::AttentionGrad(_) | Op::Rotary(_) => {
            attention::run(step, memory, scratch);
        }
        Op::Recurrent(_) | Op::RecurrentGrad(_) => recurrent::run(step, memory, scratch),
        Op::Activation(f) => memory.write(output, |memory, out| {
            out.copy_from_slice(memory.floats(&inputs[0]));
            elementwise::activate(*f, out);
        }),
        Op::ActivationGrad(f) => memory.write(output, |memory, out| {
            out.copy_from_slice(memory.floats(&inputs[1]));
            elementwise::scale_by_derivative(*f, memory.floats(&inputs[0]), out);
        }),
        Op::Matmul { trans_a, trans_b, bias, epilogue } => {
            matmul::run(step, [*trans_a, *trans_b, *bias], *epilogue, memory, scratch);
        }
        Op::ToIndex => memory.write_words(output, |memory, out| {
            gather::to_index(memory.floats(&inputs[0]), out);
        }),
        Op::Gather => run_gather(memory, inputs, output),
        Op::GatherGrad { .. } => memory.write(output, |memory, out| {
            let (index, dy) = (&inputs[0], &inputs[1]);
            gather::add_rows(memory.words(index), memory.floats(dy), dy.columns, out);
        }),
        Op::Dropout { rate, stream } => memory.write(output, |memory, out| {
            elementwise::dropout(memory.floats(&inputs[0]), memory.words(&inputs[1]), *rate, *stream, out);
        }),
        Op::Loss(kind) => memory.write(output, |memory, out| {
            out[0] = loss::value(*kind, &loss::Operands::new(memory, inputs));
        }),
        Op::LossGrad(kind) => memory.write(output, |memory, out| {
            let dloss = memory.floats(&inputs[2])[0];
            loss::gradient(*kind, &loss::Operands::new(memory, inputs), dloss, out);
        }),
        Op::Score(kind) => memory.write(output, |memory, out| {
            loss::score(*kind, &loss::Operands::new(memory, inputs), out);
        }),
        Op::Tally(sides) => memory.write(&inputs[0], |memory, sums| {
            measure::tally(memory, inputs, *sides, sums);
        }),
        Op::Confusion { classes, loss, sides } => memory.write(&inputs[0], |memory, counts| {
            measure::count(memory, inputs, (*classes, *loss, *sides), counts);
        }),
        Op::NextRows { samples, .. } => memory.write_words(&inputs[0], |memory, cursor| {
            memory.write_words(output, |_, rows| measure::next_rows(cursor, *samples, rows));
        }),
        Op::BeginStep { samples, .. } => memory.write_words(&inputs[0], |memory, control| {
            memory.write_words(output, |_, batch| step::begin(control, *samples, batch));
        }),
        Op::Update(optimizer) => update::run(*optimizer, memory, inputs),
        Op::Momentum { momentum, nesterov } => memory.write(&inputs[0], |memory, buffer| {
            memory.write(output, |memory, out| {
                update::momentum(*momentum, *nesterov, memory.floats(&inputs[1]), buffer, out);
            });
        }),
        Op::Record => memory.write(&inputs[0], |memory, ring| {
            step::record(ring, memory.floats(&inputs[1]));
        }),
        Op::KeepLeast => run_keep_least(memory, inputs),
    }
}

fn run_keep_least<T: Real>(memory: &mut Memory<T>, inputs: &[Operand]) {
    let loss = memory.floats(&inputs[2])[0];
    match inputs[0].dtype {
        DType::F32 => memory.write(&inputs[0], |memory, kept| {
            step::keep_least(kept, memory.floats(&inputs[1]), loss, |&least| least, |loss| loss);
        }),
        DType::U32 => memory.write_words(&inputs[0], |memory, kept| {
            let (of, as_word) = (
                |&word: &u32| T::of(f64::from(f32::from_bits(word))),
                |loss: T| (loss.wide() as f32).to_bits(),
            );
            step::keep_least(kept, memory.words(&inputs[1]), loss, of, as_word);
        }),
    }
}

fn run_gather<T: Real>(memory: &mut Memory<T>, inputs: &[Operand], output: &Operand) {
    let (table, index) = (&inputs[0], &inputs[1]);
    match table.dtype {
        DType::F32 => memory.write(output, |memory, out| {
            gather::rows(memory.floats(table), memory.words(index), table.columns, out);
        }),
        DType::U32 => memory.write_words(output, |memory, out| {
            gather::rows(memory.words(table), memory.words(index), table.columns, out);
        }),
    }
}
