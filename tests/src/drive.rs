//! A session driven to a goal, as the worker drives it, without a browser.

use std::time::Instant;

use minibatch_session::{
    Choice, Command, CurvePoint, Event, Experiment, Message, Metrics, NamedTensor, Session, Supplies, Wait,
    Why,
};

/// A session and everything it said, sorted.
pub struct Driver {
    session: Session,
    next_id: u32,
    /// The read-outs, as last told.
    pub metrics: Metrics,
    /// The curve so far.
    pub curve: Vec<CurvePoint>,
    /// Every batch loss that was told, with its step.
    pub batch_losses: Vec<(u32, f32)>,
    /// What was told that is none of the above.
    pub events: Vec<Event>,
    /// The arrays of the last frame, or of the last prediction.
    pub arrays: Vec<Vec<f32>>,
}

impl Driver {
    /// A session on the CPU or on the GPU. Panics with the reason when there is no GPU: a test that silently ran
    /// elsewhere would prove nothing.
    pub fn start(force_cpu: bool) -> Self {
        let began = Instant::now();
        let session = Session::new(move || began.elapsed().as_secs_f64() * 1000.0);
        let mut driver = Self {
            session,
            next_id: 0,
            metrics: Metrics::default(),
            curve: vec![],
            batch_losses: vec![],
            events: vec![],
            arrays: vec![],
        };
        let choice = if force_cpu { Choice::Cpu } else { Choice::Gpu };
        driver.send(Command::Start { choice });
        let (backend, why) = driver.place().expect("the session says what it runs on");
        assert_eq!(backend, if force_cpu { "cpu" } else { "gpu" }, "no GPU: {why:?}");
        driver
    }

    /// A session that trains where the rule says.
    pub fn by_rule() -> Self {
        let mut driver = Self::start(true);
        driver.events.clear();
        driver.send(Command::Start { choice: Choice::Auto });
        driver
    }

    /// Where it trains and why, as last told.
    pub fn place(&self) -> Option<(String, Why)> {
        self.events.iter().rev().find_map(|e| match e {
            Event::Ready { backend, why, .. } => Some((backend.clone(), *why)),
            _ => None,
        })
    }

    /// Sends one command and takes what it says at once.
    pub fn send(&mut self, command: Command) {
        pollster::block_on(self.session.command(command));
        self.listen();
    }

    /// Builds an experiment and waits until its first read-outs are there.
    pub fn load(&mut self, experiment: &Experiment) {
        self.send(Command::Load { experiment: Box::new(experiment.clone()), generation: 1 });
        self.settle();
    }

    /// Builds an experiment with what is supplied, and waits until its first read-outs are there; else why not.
    pub fn load_with(&mut self, experiment: &Experiment, supplies: Supplies) -> Result<(), String> {
        let loading = self.session.load_with(experiment.clone(), 1, supplies);
        pollster::block_on(loading).map_err(|error| error.to_string())?;
        self.settle();
        Ok(())
    }

    /// The weights as they are now.
    pub fn weights(&mut self) -> Vec<NamedTensor> {
        pollster::block_on(self.session.weights()).expect("there is a model")
    }

    /// The model's answers.
    pub fn answers(&mut self, inputs: &NamedTensor) -> Result<NamedTensor, String> {
        pollster::block_on(self.session.answers(inputs)).map_err(|error| error.to_string())
    }

    /// Every batch loss since the last call.
    pub fn take_losses(&mut self) -> Vec<(u32, f32)> {
        self.session.take_losses()
    }

    /// Trains `n` batches.
    pub fn step(&mut self, n: u32) {
        self.next_id += 1;
        let id = self.next_id;
        self.send(Command::Step { n, id });
        self.settle();
        assert!(self.events.contains(&Event::Done { id }), "step {n} was never answered: {:?}", self.events);
    }

    /// Ticks until there is nothing left to do.
    pub fn settle(&mut self) {
        while self.tick() != Wait::Command {}
    }

    /// One tick.
    pub fn tick(&mut self) -> Wait {
        let wait = pollster::block_on(self.session.tick());
        self.listen();
        if let Wait::Ms(ms) = wait {
            std::thread::sleep(std::time::Duration::from_micros((ms * 1000.0) as u64));
        }
        wait
    }

    fn listen(&mut self) {
        for Message { event, arrays } in self.session.take_messages() {
            match event {
                Event::Metrics { now, curve, cut, .. } => {
                    if let Some(step) = cut {
                        self.curve.retain(|p| p.step <= step && step > 0);
                    }
                    self.curve.extend(curve);
                    self.batch_losses.extend(now.batch_loss.map(|loss| (now.step, loss)));
                    self.metrics = *now;
                }
                event => {
                    if !arrays.is_empty() {
                        self.arrays = arrays;
                    }
                    self.events.push(event);
                }
            }
        }
    }
}
