//! The sources of settings in this run, the highest first.

use std::path::Path;

use crate::connection::context_file::Contexts;
use crate::connection::context_store;
use crate::connection::environment::Environment;
use crate::connection::sfctl;
use crate::connection::{Settings, Source, variables};
use crate::options::context_name::{ContextChoice, ContextName};
use crate::options::global::ConnectionArgs;
use crate::output::failure::Failure;

/// The settings of one source.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) source: Source,
    pub(crate) settings: Settings,
    /// Notes about how it was read.
    pub(crate) notes: Vec<String>,
}

impl Layer {
    pub(crate) fn new(source: Source, settings: Settings) -> Self {
        Self { source, settings, notes: Vec::new() }
    }
}

/// All layers, and warnings about their files.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) layers: Vec<Layer>,
    pub(crate) warnings: Vec<String>,
}

/// The layers of the run itself: flags and environment.
pub(crate) fn given(args: &ConnectionArgs, environment: &Environment) -> Result<[Layer; 2], Failure> {
    let flags = Settings::from(args);
    let variables = variables::settings(environment, &flags)?;
    Ok([Layer::new(Source::Flags, flags), Layer::new(Source::Environment, variables)])
}

pub(crate) fn find(args: &ConnectionArgs, environment: &Environment) -> Result<Found, Failure> {
    let [flags, variables] = given(args, environment)?;
    let choice = match &args.context {
        Some(choice) => Some(choice.clone()),
        None => variables::context(environment)?,
    };
    if choice == Some(ContextChoice::None) {
        return Ok(Found { layers: vec![flags, variables], warnings: Vec::new() });
    }
    let Context { layer, warnings } = context(choice.as_ref(), environment)?;
    let mut layers = match layer {
        // A context that was given as a flag takes precedence over the environment.
        Some(layer) if args.context.is_some() => vec![flags, layer, variables],
        Some(layer) => vec![flags, variables, layer],
        None => vec![flags, variables],
    };
    if layers.iter().all(|layer| layer.settings.endpoints.is_empty()) {
        layers.extend(sfctl::layer(environment)?);
    }
    Ok(Found { layers, warnings })
}

struct Context {
    layer: Option<Layer>,
    warnings: Vec<String>,
}

/// The chosen context, or the current one.
fn context(choice: Option<&ContextChoice>, environment: &Environment) -> Result<Context, Failure> {
    let Some(file) = environment.config_file() else {
        return match choice {
            Some(ContextChoice::Named(name)) => {
                Err(Failure::usage(format!("context {name}: no configuration folder: HOME is not set")))
            }
            _ => Ok(Context { layer: None, warnings: Vec::new() }),
        };
    };
    let (contexts, warnings) = context_store::read(&file)?;
    let name = match choice {
        Some(ContextChoice::Named(name)) => Some(name),
        _ => contexts.current.as_ref(),
    };
    let layer = name.map(|name| named(name, &contexts, &file)).transpose()?;
    Ok(Context { layer, warnings })
}

fn named(name: &ContextName, contexts: &Contexts, file: &Path) -> Result<Layer, Failure> {
    let settings = contexts.get(name).ok_or_else(|| context_store::unknown(name, contexts, file))?;
    Ok(Layer::new(Source::Context(name.clone()), settings.clone()))
}
