//! What naga knows of a variant: whether it is right, what it binds, what can be overridden, how large its workgroups are.

use crate::sizes::Sizes;
use crate::source::Variant;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ScalarKind, StorageAccess, TypeInner};

/// How a kernel uses a binding.
pub enum Access {
    /// Of so many words.
    Uniform(usize),
    Read,
    ReadWrite,
}

/// A uniform struct: its name and its fields, f32 where true, else u32.
#[derive(Clone, PartialEq)]
pub struct Params {
    pub name: String,
    pub fields: Vec<(String, bool)>,
}

/// A variant that is right.
pub struct Kernel {
    pub name: String,
    pub file: String,
    pub entry: String,
    pub source: String,
    pub bindings: Vec<(u32, Access)>,
    pub sizes: Sizes,
    pub params: Params,
}

/// Parses and validates the text of a variant, with no optional feature, and looks at what its entry point uses.
pub fn reflect(variant: &Variant, source: String) -> Result<Kernel, String> {
    let title = format!("shaders/{} as {}", variant.file, variant.name);
    let module =
        naga::front::wgsl::parse_str(&source).map_err(|e| e.emit_to_string_with_path(&source, &title))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|e| e.emit_to_string_with_path(&source, &title))?;
    let place = module.entry_points.iter().position(|e| e.name == variant.entry);
    let entry = place.ok_or(format!("{title}: there is no entry point {}", variant.entry))?;
    let (bindings, params) = bindings(&module, &info, entry).map_err(|e| format!("{title}: {e}"))?;
    Ok(Kernel {
        name: variant.name.clone(),
        file: variant.file.clone(),
        entry: variant.entry.clone(),
        source,
        bindings,
        sizes: Sizes::new(&module, &info, entry).map_err(|e| format!("{title}: {e}"))?,
        params: params.ok_or(format!("{title}: binding 0 must be var<uniform> of a struct"))?,
    })
}

type Bindings = (Vec<(u32, Access)>, Option<Params>);

/// What the entry point binds, in order of the numbers; its uniform struct is number 0.
fn bindings(module: &Module, info: &ModuleInfo, entry: usize) -> Result<Bindings, String> {
    let (mut bindings, mut params) = (vec![], None);
    for (handle, global) in module.global_variables.iter() {
        let Some(place) = &global.binding else { continue };
        if place.group != 0 {
            return Err("all bindings must be in group 0".into());
        }
        if info.get_entry_point(entry)[handle].is_empty() {
            continue;
        }
        let access = match global.space {
            AddressSpace::Uniform => {
                let own = uniform(module, global.ty)?;
                let words = own.fields.len();
                if place.binding == 0 {
                    params = Some(own);
                }
                Access::Uniform(words)
            }
            AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Access::ReadWrite,
            AddressSpace::Storage { .. } => Access::Read,
            _ => return Err(format!("binding {} must be uniform or storage", place.binding)),
        };
        bindings.push((place.binding, access));
    }
    bindings.sort_by_key(|b| b.0);
    Ok((bindings, params))
}

fn uniform(module: &Module, ty: naga::Handle<naga::Type>) -> Result<Params, String> {
    let ty = &module.types[ty];
    let (Some(name), TypeInner::Struct { members, .. }) = (&ty.name, &ty.inner) else {
        return Err("the uniform must be a struct".into());
    };
    let field = |m: &naga::StructMember| {
        let float = match module.types[m.ty].inner {
            TypeInner::Scalar(s) if s.width == 4 && s.kind == ScalarKind::Uint => false,
            TypeInner::Scalar(s) if s.width == 4 && s.kind == ScalarKind::Float => true,
            _ => return Err(format!("{name}: fields must be u32 or f32")),
        };
        Ok((m.name.clone().unwrap_or_default(), float))
    };
    let fields = members.iter().map(field).collect::<Result<_, String>>()?;
    Ok(Params { name: name.clone(), fields })
}
