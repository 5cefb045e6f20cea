//! The weights a script begins with: all that torch's `state_dict` asks for.

use minibatch_session::{Experiment, NamedTensor};

use crate::{ExportError, Tensor};

/// The experiment's parameters at step 0 by its seed, or those of `given`, and running statistics, by PyTorch's names.
///
/// # Errors
/// When the experiment is wrong, or `given` lacks an array or has one of another shape.
pub fn weights(experiment: &Experiment, given: Option<&[NamedTensor]>) -> Result<Vec<Tensor>, ExportError> {
    experiment.validate()?;
    let layout = experiment.model()?.layout;
    let parameters = layout.parameters.iter().map(|p| (&p.name, &p.shape));
    let buffers = layout.buffers.iter().filter(|b| b.saved);
    let wanted = parameters.chain(buffers.clone().map(|b| (&b.name, &b.shape)));
    let Some(given) = given else {
        let values = layout.parameters.iter().map(|p| p.init.draw(&p.shape, experiment.seed));
        let values = values.chain(buffers.map(|b| b.start.clone()));
        let tensor = |((name, shape), values): ((&String, &Vec<usize>), Vec<f32>)| NamedTensor {
            name: name.clone(),
            shape: shape.clone(),
            values,
        };
        return Ok(wanted.zip(values).map(tensor).map(Tensor::Floats).collect());
    };
    let one = |(name, shape): (&String, &Vec<usize>)| {
        let fault = |message: String| ExportError::Weights { name: name.clone(), message };
        // A table follows from the experiment, whether the file has it or not.
        if let Some(table) = layout.buffers.iter().find(|b| b.name == *name && !b.changes) {
            let values = table.start.clone();
            return Ok(Tensor::Floats(NamedTensor { name: name.clone(), shape: shape.clone(), values }));
        }
        let found = given.iter().find(|t| t.name == *name).ok_or_else(|| {
            fault(format!("the weights have no such array, and the model needs it with shape {shape:?}"))
        })?;
        if found.shape != *shape {
            return Err(fault(format!("the shape is {:?}, and the model needs {shape:?}", found.shape)));
        }
        Ok(Tensor::Floats(found.clone()))
    };
    wanted.map(one).collect()
}
