use std::any::Any;

/// A call or another task ended with a panic, for example in an observer or a source of tokens.
#[derive(Debug, thiserror::Error)]
#[error("a task panicked: {}", self.message())]
pub struct Panicked(Box<dyn Any + Send>);

impl Panicked {
    /// The panic with this payload.
    pub fn new(payload: Box<dyn Any + Send>) -> Self {
        Self(payload)
    }

    /// The message of the panic.
    pub fn message(&self) -> &str {
        let text = self.0.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| self.0.downcast_ref::<&str>().copied()).unwrap_or("no message")
    }

    /// Continues the panic in this thread.
    pub fn resume(self) -> ! {
        std::panic::resume_unwind(self.0)
    }
}
