"""The reference in every option of every convention: detected, and not reported; mistakes stay mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from backproof import specs
from backproof.checks.choices.conventions import detect
from backproof.checks.law import Level
from backproof.checks.results import Verdict
from backproof.checks.run.scoring import DirectSessions, findings_of
from backproof.mistakes import all_mistakes, correct
from backproof.mistakes.choices import NUMBERS, OPTIONS
from backproof.specs import Unsupported, all_specs

from .running import findings

OPTIONS_OF_DROPOUT = {convention.name: convention.options[0] for convention in specs.Dropout.conventions}
NUMBER = {"running decay": "0.95"}  # for conventions whose options are a range
MORE = {"AdaGrad epsilon": ("1e-7", "1e-6 inside the root"), "Adam epsilon": ("1e-7",)}


def options() -> Iterator[tuple[str, str, str]]:
    for name, spec in all_specs().items():
        for convention in spec.conventions:
            listed = convention.options if convention.name not in NUMBER else (NUMBER[convention.name],)
            yield from ((name, convention.name, option) for option in (*listed, *MORE.get(convention.name, ())))


every_option = pytest.mark.parametrize(("spec", "convention", "option"), list(options()))


@every_option
def test_the_option_is_detected(spec: str, convention: str, option: str) -> None:
    found = detect(DirectSessions(partial(correct, choices={convention: option})), [spec])
    if spec == "Dropout" and option == OPTIONS_OF_DROPOUT[convention]:
        assert convention not in found  # only what an adapter translates is told
    elif convention == "running decay":
        assert found["running statistics"] == f"variance, decay {option}"
    elif convention == "running statistics":
        assert found[convention] == f"{option}, decay 0.8"
        again = detect(DirectSessions(partial(correct, choices={convention: f"{option}, decay 0.7"})), [spec])
        assert again[convention] == f"{option}, decay 0.7"
    else:
        assert found[convention] == option  # of convolutions for images and for sequences


@every_option
def test_the_correct_component_passes_in_every_option(spec: str, convention: str, option: str) -> None:
    found = findings_of(partial(correct, choices={convention: option}), spec, level=Level.FULL, effort="quick")
    wrong = {f.check: (f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED}
    # Without an epsilon the loss of a certain and wrong prediction is infinite, which a law forbids.
    assert wrong.keys() <= ({"value.loss-extreme"} if (convention, option) == ("log epsilon", "none") else set()), wrong


def test_every_convention_is_expressed() -> None:
    declared = {convention.name for spec in all_specs().values() for convention in spec.conventions}
    assert declared == OPTIONS.keys() | NUMBERS.keys()
    options = {convention.name: convention.options for spec in all_specs().values() for convention in spec.conventions}
    assert {name: set(own) for name, own in OPTIONS.items()} == {name: set(options[name]) for name in OPTIONS}


@pytest.mark.parametrize(
    ("mistake", "choices"),
    [
        ("relu.leaky-backward", {"relu'(0)": "1"}),
        ("conv.gradients-accumulate", {"convolution": "convolution", "even kernels": "padding before"}),
        ("conv.bias-not-updated", {"kernel channels": "reversed", "convolution": "convolution"}),
        ("rnn.last-step-only", {"RNN output": "sigmoid"}),
        ("lstm.output-not-updated", {"LSTM output": "sigmoid"}),
        ("cross_entropy.forward-sum-backward-mean", {"loss reduction": "mean"}),
        ("cross_entropy.epsilon-missing", {"log epsilon": "1e-10"}),
        ("adagrad.epsilon-missing", {"AdaGrad epsilon": "1e-8 inside the root"}),
        ("squared_error.sum-two-missing", {"L2Loss reduction": "half the mean over the batch"}),
        ("dropout.backward-passes-all", {"dropout scaling": "in testing"}),
        ("l2.gradient-sign", {"L2 gradient": "2 alpha w", "L2 norm": "alpha/2 sum w²"}),
        ("batch_normalization.bias-not-updated", {"running statistics": "unbiased variance, decay 0.9"}),
        ("network.regularization-of-first-layer", {"regularized parameters": "weights", "L2 gradient": "2 alpha w"}),
        ("network.optimizer-shared", {"loss reduction": "mean"}),
    ],
)
def test_a_mistake_is_one_in_another_choice_too(mistake: str, choices: dict[str, str]) -> None:
    entry = all_mistakes()[mistake]
    found = findings(partial(entry.build, choices=choices), entry.spec, level=entry.level)
    assert set(entry.families) <= {finding.family for finding in found if finding.failing}


def test_an_option_that_nobody_has_is_unsupported() -> None:
    with pytest.raises(Unsupported, match=r"the built-in ReLU cannot be made with relu'\(0\) = 2"):
        correct(specs.ReLU(), choices={"relu'(0)": "2"})
    with pytest.raises(Unsupported, match="stands where the logarithm without an epsilon is taken"):
        all_mistakes()["softmax_output.sum"].build(specs.SoftmaxOutput(), choices={"SoftmaxOutput epsilon": "none"})
    with pytest.raises(Unsupported, match="the built-in Adam cannot be made with Adam epsilon = tiny"):
        correct(specs.Adam(learning_rate=0.1, mu=0.9, rho=0.9), choices={"Adam epsilon": "tiny"})


def test_choices_hold_inside_of_a_network_and_for_others_nothing_changes() -> None:
    mean = correct(specs.CrossEntropyLoss(), choices={"loss reduction": "mean", "RNN output": "sigmoid"})
    target = np.eye(2)
    assert mean.forward(np.full((2, 2), 0.5), target) == pytest.approx(np.log(2))
    case = specs.NeuralNetwork.plainest()
    losses = []
    for choices in ({}, {"loss reduction": "mean"}):
        network = correct(case.spec, choices=choices)
        rng = np.random.default_rng(0)
        network.feed(rng.normal(size=case.input_shape), np.eye(3)[[0] * case.input_shape[0]])
        losses.append(network.forward())
    assert losses[1] == pytest.approx(losses[0] / case.input_shape[0])
