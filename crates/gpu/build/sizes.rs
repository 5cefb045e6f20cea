//! How many invocations and how much workgroup memory a variant takes, as far as that is known before its overrides are:
//! numbers, overrides and products of them.

use naga::valid::ModuleInfo;
use naga::{AddressSpace, ArraySize, BinaryOperator, Expression, Handle, Literal, Module, TypeInner};
use std::fmt;

/// A number that may depend on overrides. `Display` is the Rust that makes it.
pub enum Count {
    Is(u32),
    /// The override at this place.
    Set(usize),
    Times(Box<[Count; 2]>),
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Is(n) => write!(f, "Count::Is({n})"),
            Self::Set(place) => write!(f, "Count::Set({place})"),
            Self::Times(two) => write!(f, "Count::Times(&{}, &{})", two[0], two[1]),
        }
    }
}

/// What a variant takes.
pub struct Sizes {
    /// Every override with its own value; those without a name cannot be set.
    pub overrides: Vec<(String, Count)>,
    /// Invocations along the three axes of a workgroup.
    pub workgroup: [Count; 3],
    /// Bytes of an element, and how many, of each array in workgroup memory that the entry point uses.
    pub shared: Vec<(u32, Count)>,
}

impl Sizes {
    /// Of an entry point.
    ///
    /// # Errors
    /// When a size is anything but a product of numbers and overrides.
    pub fn new(module: &Module, info: &ModuleInfo, entry: usize) -> Result<Self, String> {
        let overrides = module.overrides.iter().map(|(_, o)| {
            let name = o.name.clone().unwrap_or_default();
            let init = o.init.ok_or(format!("override {name} needs a value of its own"))?;
            Ok((name, count(module, init)?))
        });
        let point = &module.entry_points[entry];
        let expressions = point.workgroup_size_overrides.unwrap_or_default();
        let axis = |i: usize| match expressions[i] {
            Some(expression) => count(module, expression),
            None => Ok(Count::Is(point.workgroup_size[i])),
        };
        let used = module.global_variables.iter().filter(|(handle, global)| {
            global.space == AddressSpace::WorkGroup && !info.get_entry_point(entry)[*handle].is_empty()
        });
        let shared = used.map(|(_, global)| match module.types[global.ty].inner {
            TypeInner::Array { stride, size: ArraySize::Pending(length), .. } => {
                Ok((stride, Count::Set(length.index())))
            }
            ref inner => Ok((inner.size(module.to_ctx()), Count::Is(1))),
        });
        Ok(Self {
            overrides: overrides.collect::<Result<_, String>>()?,
            workgroup: [axis(0)?, axis(1)?, axis(2)?],
            shared: shared.collect::<Result<_, String>>()?,
        })
    }
}

fn count(module: &Module, expression: Handle<Expression>) -> Result<Count, String> {
    let number = |value: i64| {
        u32::try_from(value).map(Count::Is).map_err(|_| format!("{value} is no size; give a u32"))
    };
    match module.global_expressions[expression] {
        Expression::Literal(Literal::U32(value)) => number(value.into()),
        Expression::Literal(Literal::I32(value)) => number(value.into()),
        Expression::Literal(Literal::AbstractInt(value)) => number(value),
        Expression::Constant(constant) => count(module, module.constants[constant].init),
        Expression::Override(of) => Ok(Count::Set(of.index())),
        Expression::Binary { op: BinaryOperator::Multiply, left, right } => {
            Ok(Count::Times(Box::new([count(module, left)?, count(module, right)?])))
        }
        ref other => Err(format!("a size is {other:?}; use numbers, overrides and products of them")),
    }
}
