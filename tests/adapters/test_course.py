"""The course's stages and test names, in the specs' terms."""

from __future__ import annotations

import pytest

from backproof.adapters import Course, courses, find_course
from backproof.adapters.class_api.subjects import ARGUMENTS
from backproof.adapters.fau.course import FILES
from backproof.specs import Kind, all_specs

FAU = find_course("fau-exercises")


@pytest.mark.parametrize(
    ("name", "specs"),
    [
        ("TestDropout", ("Dropout",)),
        ("testdropout", ("Dropout",)),
        ("TestDropout.test_forward", ("Dropout",)),
        ("TestOptimizers", ("Sgd", "SgdWithMomentum", "Adam")),
        ("TestOptimizers1", ("Sgd",)),
        ("TestConstraints", ("L1_Regularizer", "L2_Regularizer")),
        ("TestFlattenLayer", ("Flatten",)),
        ("TestNeuralNetwork3", ("NeuralNetwork",)),
        ("TestBatchNorm", ("BatchNormalization",)),
        ("TestConv", ("Conv",)),
        ("TestPooling", ("Pooling",)),
    ],
)
def test_a_test_s_name_selects_specs(name: str, specs: tuple[str, ...]) -> None:
    assert FAU.filter(name) == (specs, None)
    assert FAU.not_covered(name) == ()


def test_every_test_is_covered_or_known_not_to_be() -> None:
    for name in FAU.tests:
        specs, _ = FAU.filter(name)
        assert {*specs} <= {*all_specs()}
        assert specs or FAU.not_covered(name)


def test_what_has_no_spec_yet_is_not_covered() -> None:
    course = Course(
        name="mine",
        title="Mine",
        stages={"1": ("ReLU", "Fancy")},
        tests={"TestFancy": (("Fancy", "ReLU"), ("value",))},
        conventions={},
    )
    assert course.filter("TestFancy") == (("ReLU",), ("value",))
    assert course.not_covered("TestFancy") == ("Fancy",)
    assert course.required() == ("ReLU",)


def test_an_unknown_test_lists_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"no test 'TestPerceptron'; there are: TestFullyConnected, "):
        FAU.filter("TestPerceptron")


def test_stages_grow() -> None:
    first, second, third = (set(FAU.required(stage)) for stage in ("stage1", "stage2", "stage3"))
    assert first < second < third == set(FAU.required())
    assert third <= set(all_specs())
    assert not third & set(FAU.optional)


def test_an_unknown_stage_lists_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"no stage 'stage9'; there are: stage1, stage2, stage3"):
        FAU.required("stage9")


def test_courses_are_found_by_name() -> None:
    assert courses()["fau-exercises"] is FAU
    with pytest.raises(LookupError, match="no course 'mit'; there are: fau-exercises"):
        find_course("mit")


def test_every_component_of_the_course_has_a_spec_and_a_file() -> None:
    named = {*FAU.required(), *FAU.optional}
    assert named == set(FILES)
    assert named <= set(all_specs())


TRAINED_BY_EPOCHS = {"MultilayerPerceptron", "NetworkUser", "NormalizedPerceptron", "Trainer"}


def test_components_of_other_courses_are_not_asked_for() -> None:
    others = {
        "SoftMaxCrossEntropyLoss",
        "SoftmaxOutput",
        "Activation",
        "AdaGrad",
        "Identity",
        "L2Loss",
        "LinearOutput",
        "MeanSquaredError",
        "Normal",
    }
    assert {*all_specs()} - {*FAU.required(), *FAU.optional} == others | TRAINED_BY_EPOCHS


def test_the_tutorial_asks_for_softmax_and_cross_entropy_in_one() -> None:
    tutorial = find_course("fau-tutorial")
    assert "SoftMaxCrossEntropyLoss" in tutorial.required()
    assert tutorial.filter("TestSoftMaxCrossEntropyLoss") == (("SoftMaxCrossEntropyLoss",), None)


def test_every_spec_has_arguments() -> None:
    for name, spec in all_specs().items():
        if spec.kind not in {Kind.NETWORK, Kind.PERCEPTRON, Kind.MODEL, Kind.CHECKPOINT, Kind.TRAINER, Kind.EVALUATOR}:
            arguments = set(spec.cases()[0].spec.arguments()) - {"regularizer"}
            assert set(ARGUMENTS[name]) == arguments, name
