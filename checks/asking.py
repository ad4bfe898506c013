"""Asking: what laws ask of subjects, one function for each operation.

`forward(x)` calls nothing: it is the question, which `RemoteSubject.ask` carries to a subject and answers with what
came back. Names, arguments and types come from the tables in `specs`; where kinds share an operation they share the
function, and where they do not, the name says whose it is. Layers have the plain names.
"""

from __future__ import annotations

from ..specs import (
    CheckpointSubject,
    EvaluatorSubject,
    InitializerSubject,
    LayerSubject,
    LossSubject,
    ModelSubject,
    NetworkSubject,
    OptimizerSubject,
    PerceptronSubject,
    RegularizerSubject,
    TrainerSubject,
    question,
)

set_phase = question(LayerSubject.set_phase)
forward = question(LayerSubject.forward)
backward = question(LayerSubject.backward)
parameters = question(LayerSubject.parameters)
assign = question(LayerSubject.assign)
gradients = question(LayerSubject.gradients)
reseed = question(LayerSubject.reseed)
attach_optimizer = question(LayerSubject.attach_optimizer)
initialize = question(LayerSubject.initialize)
memorize = question(LayerSubject.memorize)
attach_penalty = question(LayerSubject.attach_penalty)
regularization_loss = question(LayerSubject.regularization_loss)
declared = question(LayerSubject.declared)
reformat = question(LayerSubject.reformat)

loss_forward = question(LossSubject.forward)
loss_backward = question(LossSubject.backward)
loss_predict = question(LossSubject.predict)

norm = question(RegularizerSubject.norm)
penalty_gradient = question(RegularizerSubject.gradient)
update = question(OptimizerSubject.update)
draw = question(InitializerSubject.initialize)

feed = question(NetworkSubject.feed)
network_forward = question(NetworkSubject.forward)
network_backward = question(NetworkSubject.backward)
train = question(NetworkSubject.train)
test = question(NetworkSubject.test)
seen_phases = question(NetworkSubject.seen_phases)

structure = question(ModelSubject.structure)
steps = question(ModelSubject.steps)
penalty_gradients = question(ModelSubject.penalty_gradients)
save_and_load = question(CheckpointSubject.save_and_load)

perceptron_loss = question(PerceptronSubject.loss)
perceptron_predict = question(PerceptronSubject.predict)
differentiate = question(PerceptronSubject.differentiate)
input_gradient = question(PerceptronSubject.input_gradient)
epoch = question(PerceptronSubject.epoch)
perceptron_train = question(PerceptronSubject.train)
error_rate = question(PerceptronSubject.error_rate)
check_gradients = question(PerceptronSubject.check_gradients)

run_trainer = question(TrainerSubject.run)
count_predictions = question(TrainerSubject.count)
user_test = question(EvaluatorSubject.test)
user_predict = question(EvaluatorSubject.predict)
