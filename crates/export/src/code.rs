//! Python expressions as values, laid out as Black would: on one line where it fits, else an argument a line.

/// The longest line.
const WIDTH: usize = 100;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Code {
    /// As it stands.
    Text(String),
    /// `name(arguments)`.
    Call(String, Vec<Argument>),
    /// `[items]`.
    List(Vec<Code>),
}

/// An argument of a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Argument {
    /// `name=`, or by place.
    pub name: Option<&'static str>,
    /// What is handed over.
    pub value: Code,
}

/// A call's arguments, put together one by one.
pub struct Call {
    name: String,
    arguments: Vec<Argument>,
}

impl Call {
    /// Of a function or class.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), arguments: vec![] }
    }

    /// An argument by place.
    pub fn arg(mut self, value: impl Into<Code>) -> Self {
        self.arguments.push(Argument { name: None, value: value.into() });
        self
    }

    /// An argument by name.
    pub fn named(mut self, name: &'static str, value: impl Into<Code>) -> Self {
        self.arguments.push(Argument { name: Some(name), value: value.into() });
        self
    }

    /// An argument by name where it is not the default.
    pub fn unless<T: PartialEq>(
        self,
        default: T,
        name: &'static str,
        value: T,
        text: impl Fn(T) -> String,
    ) -> Self {
        if value == default { self } else { self.named(name, text(value)) }
    }

    /// `name=True` where it holds.
    pub fn flag(self, name: &'static str, on: bool) -> Self {
        if on { self.named(name, "True") } else { self }
    }
}

impl From<Call> for Code {
    fn from(call: Call) -> Self {
        Self::Call(call.name, call.arguments)
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Code {
    fn from(number: usize) -> Self {
        Self::Text(number.to_string())
    }
}

impl Code {
    /// The text, for a line that already holds `before` columns and whose block is indented by `indent` spaces.
    pub fn layout(&self, indent: usize, before: usize) -> String {
        let flat = self.flat();
        if !self.tall() && before + flat.len() < WIDTH {
            return flat;
        }
        let deeper = indent + 4;
        let lines = |items: Vec<String>| -> String {
            items.iter().map(|item| format!("{}{item},\n", " ".repeat(deeper))).collect()
        };
        let end = " ".repeat(indent);
        match self {
            Self::Text(text) => text.clone(),
            Self::Call(name, arguments) if arguments.is_empty() => format!("{name}()"),
            Self::Call(name, arguments) => {
                let one = |a: &Argument| {
                    let key = a.name.map_or(String::new(), |name| format!("{name}="));
                    let value = a.value.layout(deeper, deeper + key.len() + 1);
                    format!("{key}{value}")
                };
                format!("{name}(\n{}{end})", lines(arguments.iter().map(one).collect()))
            }
            Self::List(items) => {
                let items = items.iter().map(|item| item.layout(deeper, deeper + 1)).collect();
                format!("[\n{}{end}]", lines(items))
            }
        }
    }

    /// All on one line.
    fn flat(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Call(name, arguments) => {
                let one = |a: &Argument| match a.name {
                    Some(name) => format!("{name}={}", a.value.flat()),
                    None => a.value.flat(),
                };
                format!("{name}({})", arguments.iter().map(one).collect::<Vec<_>>().join(", "))
            }
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::flat).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Modules in turn stand one a line, as one reads them, where there is more than one.
    fn tall(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Call(name, arguments) => {
                let in_turn = name == "nn.Sequential" || name == "Layers";
                in_turn && arguments.len() > 1 || arguments.iter().any(|a| a.value.tall())
            }
            Self::List(items) => items.iter().any(Self::tall),
        }
    }
}

/// A float as Python reads it: the shortest digits that give this f32.
pub fn float(x: f32) -> String {
    if x != 0.0 && (x.abs() < 1e-4 || x.abs() >= 1e16) { format!("{x:e}") } else { format!("{x:?}") }
}

/// A pair as PyTorch takes it: one number for both where they are the same.
pub fn pair([a, b]: [usize; 2]) -> String {
    if a == b { a.to_string() } else { format!("({a}, {b})") }
}

/// `(a, b)`, and `(a,)` for one alone.
pub fn tuple(items: &[usize]) -> String {
    let inner = items.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if items.len() == 1 { format!("({inner},)") } else { format!("({inner})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_calls_stand_on_one_line_and_sequences_on_many() {
        let linear = || Call::new("nn.Linear").arg(3).arg(4).flag("bias", false);
        assert_eq!(Code::from(linear()).layout(8, 8), "nn.Linear(3, 4)");
        let two = Call::new("nn.Sequential").arg(linear()).arg(Call::new("nn.ReLU"));
        let text = Code::from(two).layout(4, 17);
        assert_eq!(text, "nn.Sequential(\n        nn.Linear(3, 4),\n        nn.ReLU(),\n    )");
        let one = Call::new("nn.Sequential").arg(linear());
        assert_eq!(Code::from(one).layout(4, 17), "nn.Sequential(nn.Linear(3, 4))");
    }

    #[test]
    fn numbers_are_python() {
        assert_eq!([float(0.03), float(1e-8), float(1.0), float(0.0)], ["0.03", "1e-8", "1.0", "0.0"]);
        assert_eq!([pair([2, 2]), pair([2, 3])], ["2", "(2, 3)"]);
        assert_eq!([tuple(&[5]), tuple(&[5, 6])], ["(5,)", "(5, 6)"]);
    }
}
