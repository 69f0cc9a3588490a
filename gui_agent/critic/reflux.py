"""What episodes under a critic leave for training: the chosen actions for the agent, disagreements for the critic.

The dual reflux of MagicGUI-RMS (arXiv 2601.13060).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from device_farm.types.trajectory import Episode, ModelTurn, Scored, Step, StepReview
from verifier.case import case_of
from verifier.reward_model.critic import proposal_at
from verifier.reward_model.data import StepJudgement


def known_wrong(review: StepReview | None) -> bool:
    """Whether an action was carried out that every judge who gave a judgement calls wrong."""
    if review is None or review.chosen == "corrected":
        return False
    said = [each.right for each in (review.critique, review.second) if each is not None and each.right is not None]
    return bool(said) and not any(said)


def agent_episode(episode: Episode) -> Episode | None:
    """The episode without its steps that are known to be wrong; None where no step is left, or none was reviewed.

    An attempt that succeeded found its way back from them, so that what follows is worth learning. Of any other nothing
    is taken behind the first of them that had an effect: its screens are where a wrong action led. A corrected step
    says why in place of what the policy thought and wrote, which was about another action.
    """
    if all(step.review is None for step in episode.steps):
        return None
    outcome, wrong = episode.outcome, [known_wrong(step.review) for step in episode.steps]
    cut = len(episode.steps)
    if not isinstance(outcome, Scored) or outcome.reward < 1:
        cut = next((at for at, step in enumerate(episode.steps) if wrong[at] and not _without_effect(step)), cut)
    kept = [step for at, step in enumerate(episode.steps[:cut]) if not wrong[at]]
    if not kept:
        return None
    steps = tuple(_chosen(step, at) for at, step in enumerate(kept))
    left_out = len(episode.steps) - len(kept)
    extra = {**episode.provenance.extra, **({"steps_left_out": left_out} if left_out else {})}
    whole = replace(episode, steps=steps, provenance=replace(episode.provenance, extra=extra))
    if cut == len(episode.steps):
        return whole
    return replace(whole, final=episode.steps[cut].observation, claimed=None, stop="step_budget")


def _without_effect(step: Step) -> bool:
    return bool(step.error) or (step.changed is not None and step.changed.area == 0)


def _chosen(step: Step, index: int) -> Step:
    if step.review is None or step.review.chosen == "proposed":
        return replace(step, index=index)
    return replace(step, index=index, turn=ModelTurn(text="", thought=step.review.critique.why))


def disagreements(episode: Episode) -> Iterator[tuple[StepJudgement, StepReview]]:
    """The steps on whose proposed action the two judges disagree, with the second one's view as the label.

    A step on which either gave no judgement is none of them.
    """
    case = case_of(episode)
    for at, step in enumerate(episode.steps):
        review = step.review
        if review is None or review.second is None or None in (review.critique.right, review.second.right):
            continue
        right = review.second.right is True
        if review.critique.right is right:
            continue
        judgement = StepJudgement(
            proposal=proposal_at(case, at, review.proposed),
            right=right,
            kind="disagreement",
            why=review.second.why,
            corrected=review.corrected if review.chosen == "corrected" and not right else None,
            app=step.observation.foreground.app,
            origin=f"{episode.id}/{step.index}",
        )
        yield judgement, review
