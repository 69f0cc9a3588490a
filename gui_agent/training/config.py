"""What a training run's TOML file may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, PositiveInt, Tag

from device_farm.config import ConfigModel
from gui_agent.config import RunConfig
from gui_agent.datasets.tries import Tries
from gui_agent.models.config import AdapterServersConfig
from gui_agent.training.distributed.config import ShardingConfig
from gui_agent.training.language.config import TransformersPolicyConfig

Staged: TypeAlias = Literal["mobile-r1", "uitron"]
STAGED: tuple[Staged, ...] = ("mobile-r1", "uitron")
Recipe: TypeAlias = Literal["sft", "offline", "semi-online", "online"] | Staged
RECIPES: tuple[Recipe, ...] = ("sft", "offline", "semi-online", "online", *STAGED)
Taught: TypeAlias = Literal["actions", "perception", "backtracking"]
JsonScalar: TypeAlias = str | int | float | bool


class OptimiserConfig(ConfigModel):
    """AdamW. `lr` rises linearly over `warmup` updates, then stays (`constant`) or falls to `final_share` (`cosine`).

    The defaults are UI-S1's for reinforcement learning. `clip_norm` bounds the gradient's norm; 0 does not.
    """

    lr: float = Field(default=1e-6, gt=0)
    schedule: Literal["constant", "cosine"] = "constant"
    warmup: int = Field(default=0, ge=0)
    final_share: float = Field(default=0.0, ge=0, le=1)
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    clip_norm: float = Field(default=1.0, ge=0)


class LoraSection(ConfigModel):
    """Low-rank adapters in place of full training. `targets` names modules as peft does; `all-linear` takes all."""

    rank: int = Field(default=16, ge=1)
    alpha: float = Field(default=32.0, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: str | tuple[str, ...] = "all-linear"


class TrainerConfig(ConfigModel):
    """The loop. One update learns from all samples that its source gives, in micro-batches of at most `tokens` each. It
    goes over them `epochs` times, an optimiser step each, against the policy as it was before the first one; with one,
    the clips of reinforcement learning have nothing to bind. Figures are means over these.

    A checkpoint is written every `checkpoint_every` updates and at the end; the last `keep` stay. `bad_limit` updates
    in a row whose loss or gradient is not finite end the run. `packing`: samples of one trajectory or group stand in
    one sequence, each shared part once, where the policy can; with the same gradients.
    """

    updates: int = Field(default=100, ge=1)
    epochs: int = Field(default=1, ge=1)
    tokens: int = Field(default=16384, ge=1)
    packing: bool = True
    seed: int = Field(default=0, ge=0)
    checkpoint_every: int = Field(default=50, ge=1)
    keep: int = Field(default=2, ge=1)
    bad_limit: int = Field(default=3, ge=1)
    optimiser: OptimiserConfig = OptimiserConfig()
    sharding: ShardingConfig = ShardingConfig()


class DataConfig(ConfigModel):
    """`path` is a run folder of `farm collect`, or a file of UI-S1 JSON Lines. The rest is for files: `images` is the
    folder of the screens ("": beside the file), `screen` the width and height in pixels of those that are not there.
    With a `verifier`, what that said of a run is its rewards, in place of the episodes' own outcomes.
    Of tasks that were tried more than once, as in the folder `rollouts` of online training, `tries` takes the success
    of those that were solved at once (`one`), or only later (`several`).
    """

    path: str = Field(min_length=1)
    verifier: str = ""
    tries: Tries = "all"
    images: str = ""
    screen: tuple[PositiveInt, PositiveInt] | None = None
    swipes: Literal["auto", "finger", "content", "direction"] = "auto"


class ImportedConfig(ConfigModel):
    """`import_path` is `module:callable`, called with `options`."""

    kind: Literal["import"] = "import"
    import_path: str = Field(min_length=1)
    options: dict[str, JsonScalar] = Field(default_factory=dict)


def _kind(policy: Any) -> str:
    kind = policy.get("kind", "import") if isinstance(policy, Mapping) else policy.kind
    return str(kind)


PolicySection: TypeAlias = Annotated[
    Annotated[ImportedConfig, Tag("import")] | Annotated[TransformersPolicyConfig, Tag("transformers")],
    Discriminator(_kind),
]
"""`kind` may be left out of an imported one."""


class ParitySection(ConfigModel):
    """Reinforcement learning takes the server's log-probabilities for those of the trainer's own policy. Before the
    first update, and before every `every`-th one (0: never again), up to `samples` replies are compared.

    `bound` is the mean difference in nats a token that is borne; a single token may differ by 40 times that.
    """

    bound: float = Field(default=0.05, gt=0)
    every: int = Field(default=50, ge=0)
    samples: int = Field(default=32, ge=1)


class RolloutConfig(ConfigModel):
    """How many tasks an update has, and how often each is tried, and how replies are sampled.

    `gamma` discounts; `omega` weighs step against episode advantages; `epsilon` bounds the patches of a rollout (−1:
    without bound); a group counts as useful above a spread of `eta`, and a batch is refilled at most `refills` times.
    `form` is that of the advantages, `reward` that of the steps' rewards; `thought_required`: a reply without a thought
    is of the wrong format. `scorer` compares replies with the expert. Of these, `offline` has no use for `gamma`,
    `omega`, `epsilon`, `patch` and `form`.
    """

    tasks: int = Field(default=32, ge=1)
    group: int = Field(default=8, ge=2)
    temperature: float = Field(default=1.0, gt=0, le=2)
    max_tokens: int = Field(default=512, ge=1)
    gamma: float = Field(default=0.5, ge=0, le=1)
    omega: float = Field(default=1.0, ge=0)
    epsilon: int = Field(default=1, ge=-1)
    patch: Literal["thought_free", "off_policy", "on_policy"] = "thought_free"
    eta: float = Field(default=0.3, ge=0)
    refills: int = Field(default=10, ge=0)
    scorer: Literal["strict", "legacy"] = "strict"
    thought_required: bool = True
    reply_timeout_s: float | None = Field(default=None, gt=0)
    form: Literal["paper", "released"] = "paper"
    reward: Literal["paper", "released"] = "paper"


class OnlineConfig(ConfigModel):
    """Episodes on devices, played while the trainer is at work.

    Rollouts whose oldest reply was sampled more than `max_staleness` updates ago are dropped; 0 plays only while the
    trainer waits. At most `ahead` groups are begun and not trained on; 0 stands for tasks · (max_staleness + 1), under
    which none is ever too old. `weights`: a second copy of the policy samples, and goes on during updates (`copied`),
    or the trainer's own does, between them (`shared`, for half the memory). A step whose reply cannot be read has
    `unreadable_reward`. A `verifier` has the last word on an episode, after the task's evaluator, on the same device;
    or all `scorers` must agree with the evaluator, else the episode is masked. `curriculum` success_rate tries most
    what is solved now and then. `episodes`: keep them in the folder `rollouts`.
    """

    max_staleness: int = Field(default=1, ge=0)
    ahead: int = Field(default=0, ge=0)
    weights: Literal["copied", "shared"] = "copied"
    unreadable_reward: float = Field(default=-0.1, ge=-1, le=0)
    verifier: ImportedConfig | None = None
    scorers: tuple[ImportedConfig, ...] = ()
    curriculum: Literal["none", "success_rate"] = "none"
    episodes: bool = True


class AdvantageConfig(ConfigModel):
    """How a rollout's rewards become advantages; `rollout` has γ, ω and the paper's or the released code's form.

    `kind` ui-s1, or a variant: `g-ra` counts the rewards of steps only where the outcome is at least `gate`; `g2rpo`
    and `stepo` are forms of the episode advantage, the normal quantile of its rank and its share a step; `elpo` takes
    half of each. `episode` weighs the episode advantage as `rollout.omega` does the step advantage; 0 leaves it out.
    """

    kind: Literal["ui-s1", "g-ra", "g2rpo", "stepo", "elpo"] = "ui-s1"
    gate: float = 1.0
    episode: float = Field(default=1.0, ge=0)


class LossConfig(ConfigModel):
    """What an update of reinforcement learning minimises: a policy gradient by `kind`, and the weights of the
    divergence from the policy at the start (`kl`) and of the entropy bonus (`entropy`).

    The clips are those of the kind's paper unless given: ppo, epo and elpo clip each token by 0.2 and have a dual clip
    of 3, gspo and luspo clip whole responses by 3e-4 and 4e-4. `wide_clip` is elpo's, from a rollout's first error on;
    `penalty` and `beta` are epo's. `importance` cuts the weights that make up for the age of online samples.
    """

    kind: Literal["ppo", "gspo", "luspo", "elpo", "epo"] = "ppo"
    clip_low: float | None = Field(default=None, gt=0)
    clip_high: float | None = Field(default=None, gt=0)
    dual_clip: float | None = Field(default=None, gt=1)
    wide_clip: float | None = Field(default=None, gt=0)
    kl: float = Field(default=1e-4, ge=0)
    entropy: float = Field(default=0.0, ge=0)
    penalty: Literal["constant", "distance"] = "constant"
    beta: float = Field(default=1.0, ge=0)
    importance: float = Field(default=2.0, gt=0)


class TrainConfig(ConfigModel):
    """A training run. `policy` makes the Learner; `samples` is how many of them an SFT update takes.

    `start` is a checkpoint, of another run of the same policy, whose weights this one begins with. SFT learns what
    `teach` lists: the demonstrated actions, questions about their screens, and which actions led to them. Online, `run`
    says on which tasks and devices the policy plays: as for `farm collect`, with `run.episodes` different tasks that
    are tried over and over; all other recipes learn from `data`. Replies are sampled in this process, or by the vLLM
    servers of `server`, which are given the adapters of `lora` before each update. `stages` holds, by the name of a
    stage, what it has otherwise, for recipes that are made of stages.
    """

    recipe: Recipe = "sft"
    policy: PolicySection
    start: str = ""
    data: DataConfig | None = None
    teach: tuple[Taught, ...] = Field(default=("actions",), min_length=1)
    samples: int = Field(default=32, ge=1)
    trainer: TrainerConfig = TrainerConfig()
    rollout: RolloutConfig = RolloutConfig()
    advantage: AdvantageConfig = AdvantageConfig()
    online: OnlineConfig = OnlineConfig()
    run: RunConfig = RunConfig()
    loss: LossConfig = LossConfig()
    parity: ParitySection = ParitySection()
    lora: LoraSection | None = None
    server: AdapterServersConfig | None = None
    stages: dict[str, dict[str, Any]] = Field(default_factory=dict)


IDENTITY = (
    "recipe",
    "policy",
    "start",
    "data",
    "teach",
    "samples",
    "rollout",
    "advantage",
    "online",
    "loss",
    "lora",
    "trainer.seed",
    "trainer.epochs",
    "trainer.optimiser",
    "run.suite",
    "run.tasks",
    "run.platform",
    "run.episodes",
    "run.combinations",
    "run.seed",
    "run.verifier",
)
"""What a resumed run must share with what is in its folder."""
