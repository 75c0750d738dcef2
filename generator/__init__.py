"""Turn one generator.yaml into a GitOps repository, and release into it.

    import generator

    shown = generator.status(generator.StatusRequest(Path("shop-gitops")))

Every operation takes a request and returns a result. It prints nothing, tells
`progress` what it does, and has no credentials but those that it is given.
Each is loaded when it is first asked for; nothing else may be imported up here,
since that would happen before `__main__` has left the current folder. On the
command line: `python -m generator --help`.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from generator import errors as errors
    from generator.adoption.adopting import Adoption as Adoption
    from generator.api.adopt import AdoptRequest as AdoptRequest
    from generator.api.adopt import AdoptResult as AdoptResult
    from generator.api.adopt import adopt as adopt
    from generator.api.bump import BumpRequest as BumpRequest
    from generator.api.bump import BumpResult as BumpResult
    from generator.api.bump import bump as bump
    from generator.api.charts import ChartUpdate as ChartUpdate
    from generator.api.charts import LockChartsRequest as LockChartsRequest
    from generator.api.charts import LockChartsResult as LockChartsResult
    from generator.api.charts import UpdateChartsRequest as UpdateChartsRequest
    from generator.api.charts import UpdateChartsResult as UpdateChartsResult
    from generator.api.charts import lock_charts as lock_charts
    from generator.api.charts import update_charts as update_charts
    from generator.api.check import CheckRequest as CheckRequest
    from generator.api.check import CheckResult as CheckResult
    from generator.api.check import FileState as FileState
    from generator.api.check import check as check
    from generator.api.copilot import CopilotRequest as CopilotRequest
    from generator.api.copilot import CopilotResult as CopilotResult
    from generator.api.copilot import import_copilot as import_copilot
    from generator.api.cost import CostLine as CostLine
    from generator.api.cost import CostRequest as CostRequest
    from generator.api.cost import Estimate as Estimate
    from generator.api.cost import cost as cost
    from generator.api.deploy import DeployRequest as DeployRequest
    from generator.api.deploy import DeployResult as DeployResult
    from generator.api.deploy import deploy as deploy
    from generator.api.diff import DiffRequest as DiffRequest
    from generator.api.diff import DiffResult as DiffResult
    from generator.api.diff import FileDiff as FileDiff
    from generator.api.diff import diff as diff
    from generator.api.doctor import DoctorRequest as DoctorRequest
    from generator.api.doctor import DoctorResult as DoctorResult
    from generator.api.doctor import doctor as doctor
    from generator.api.edit import AddRequest as AddRequest
    from generator.api.edit import EditResult as EditResult
    from generator.api.edit import RenameRequest as RenameRequest
    from generator.api.edit import add as add
    from generator.api.edit import rename as rename
    from generator.api.generate import GenerateRequest as GenerateRequest
    from generator.api.generate import generate as generate
    from generator.api.generate import load_spec as load_spec
    from generator.api.generated import GenerateResult as GenerateResult
    from generator.api.importing import ImportRequest as ImportRequest
    from generator.api.importing import ImportResult as ImportResult
    from generator.api.importing import import_score as import_score
    from generator.api.infra import InfraCheckRequest as InfraCheckRequest
    from generator.api.infra import InfraCheckResult as InfraCheckResult
    from generator.api.infra import InfraFinding as InfraFinding
    from generator.api.infra import infra_check as infra_check
    from generator.api.init import InitQuestion as InitQuestion
    from generator.api.init import InitRequest as InitRequest
    from generator.api.init import InitResult as InitResult
    from generator.api.init import init as init
    from generator.api.init import init_faults as init_faults
    from generator.api.init import init_questions as init_questions
    from generator.api.language import UpgradeRequest as UpgradeRequest
    from generator.api.language import UpgradeResult as UpgradeResult
    from generator.api.language import schema as schema
    from generator.api.language import upgrade as upgrade
    from generator.api.link import LinkRequest as LinkRequest
    from generator.api.link import LinkResult as LinkResult
    from generator.api.link import link as link
    from generator.api.local import Cluster as Cluster
    from generator.api.local import ClusterStatus as ClusterStatus
    from generator.api.local import LocalRequest as LocalRequest
    from generator.api.local import local_down as local_down
    from generator.api.local import local_status as local_status
    from generator.api.local import local_up as local_up
    from generator.api.manifests import CompareRequest as CompareRequest
    from generator.api.manifests import ExplainRequest as ExplainRequest
    from generator.api.manifests import ExplainResult as ExplainResult
    from generator.api.manifests import ValidateRequest as ValidateRequest
    from generator.api.manifests import ValidateResult as ValidateResult
    from generator.api.manifests import compare as compare
    from generator.api.manifests import explain as explain
    from generator.api.manifests import explain_field as explain_field
    from generator.api.manifests import validate as validate
    from generator.api.mirror import MirrorRequest as MirrorRequest
    from generator.api.mirror import MirrorResult as MirrorResult
    from generator.api.mirror import update_mirror as update_mirror
    from generator.api.outputs import OutputsRequest as OutputsRequest
    from generator.api.outputs import OutputsResult as OutputsResult
    from generator.api.outputs import outputs as outputs
    from generator.api.pin import PinRequest as PinRequest
    from generator.api.pin import PinResult as PinResult
    from generator.api.pin import UnpinRequest as UnpinRequest
    from generator.api.pin import pin as pin
    from generator.api.pin import unpin as unpin
    from generator.api.pipelines import ChangedRequest as ChangedRequest
    from generator.api.pipelines import ChangedResult as ChangedResult
    from generator.api.pipelines import ScanRequest as ScanRequest
    from generator.api.pipelines import ScanResult as ScanResult
    from generator.api.pipelines import TokenRequest as TokenRequest
    from generator.api.pipelines import changed as changed
    from generator.api.pipelines import protection as protection
    from generator.api.pipelines import scan as scan
    from generator.api.pipelines import token as token
    from generator.api.previews import Preview as Preview
    from generator.api.previews import PreviewedApp as PreviewedApp
    from generator.api.previews import PreviewsRequest as PreviewsRequest
    from generator.api.previews import PreviewsResult as PreviewsResult
    from generator.api.previews import previews as previews
    from generator.api.promote import PromoteRequest as PromoteRequest
    from generator.api.promote import PromoteResult as PromoteResult
    from generator.api.promote import promote as promote
    from generator.api.publish import PublishRequest as PublishRequest
    from generator.api.publish import PublishResult as PublishResult
    from generator.api.publish import publish as publish
    from generator.api.render import RenderRequest as RenderRequest
    from generator.api.render import RenderResult as RenderResult
    from generator.api.render import render_overlay as render_overlay
    from generator.api.repository import Repository as Repository
    from generator.api.rollback import rollback as rollback
    from generator.api.rolling_back import RollbackRequest as RollbackRequest
    from generator.api.rolling_back import RollbackResult as RollbackResult
    from generator.api.status import HistoryRequest as HistoryRequest
    from generator.api.status import HistoryResult as HistoryResult
    from generator.api.status import StatusRequest as StatusRequest
    from generator.api.status import StatusResult as StatusResult
    from generator.api.status import history as history
    from generator.api.status import status as status
    from generator.api.teardown import InfraDestroyRequest as InfraDestroyRequest
    from generator.api.teardown import InfraDestroyResult as InfraDestroyResult
    from generator.api.teardown import infra_destroy as infra_destroy
    from generator.api.toolbox import Tool as Tool
    from generator.api.toolbox import ToolsRequest as ToolsRequest
    from generator.api.toolbox import tools_install as tools_install
    from generator.api.toolbox import tools_report as tools_report
    from generator.api.wait import WaitRequest as WaitRequest
    from generator.api.wait import WaitResult as WaitResult
    from generator.api.wait import wait as wait
    from generator.clients.forges.forge import Review as Review
    from generator.credentials import Credentials as Credentials
    from generator.delivery.bump import BumpOutcome as BumpOutcome
    from generator.delivery.deployments import Deployment as Deployment
    from generator.delivery.live_state import LiveState as LiveState
    from generator.delivery.live_state import OpenRequest as OpenRequest
    from generator.delivery.live_state import Running as Running
    from generator.delivery.promotion.app_promotions import AppPromotion as AppPromotion
    from generator.delivery.promotion.app_promotions import Hold as Hold
    from generator.delivery.promotion.proposal import Proposal as Proposal
    from generator.delivery.promotion.run import PromoteHow as PromoteHow
    from generator.delivery.status import Row as Row
    from generator.manifests.app_difference import AppDifference as AppDifference
    from generator.manifests.comparison import Difference as Difference
    from generator.manifests.environments import CompareResult as CompareResult
    from generator.regenerate.effect import Effect as Effect
    from generator.regenerate.merge import Side as Side
    from generator.spec.model import Spec as Spec
    from generator.yaml.kustomization import Image as Image

# Where each public name is from.
_MODULES = {
    "Adoption": "adoption.adopting",
    "AdoptRequest": "api.adopt",
    "AdoptResult": "api.adopt",
    "adopt": "api.adopt",
    "BumpRequest": "api.bump",
    "BumpResult": "api.bump",
    "bump": "api.bump",
    "CheckRequest": "api.check",
    "CheckResult": "api.check",
    "FileState": "api.check",
    "check": "api.check",
    "ChartUpdate": "api.charts",
    "LockChartsRequest": "api.charts",
    "LockChartsResult": "api.charts",
    "UpdateChartsRequest": "api.charts",
    "UpdateChartsResult": "api.charts",
    "lock_charts": "api.charts",
    "update_charts": "api.charts",
    "DiffRequest": "api.diff",
    "DiffResult": "api.diff",
    "FileDiff": "api.diff",
    "diff": "api.diff",
    "DoctorRequest": "api.doctor",
    "DoctorResult": "api.doctor",
    "doctor": "api.doctor",
    "AddRequest": "api.edit",
    "EditResult": "api.edit",
    "RenameRequest": "api.edit",
    "add": "api.edit",
    "rename": "api.edit",
    "GenerateRequest": "api.generate",
    "generate": "api.generate",
    "load_spec": "api.generate",
    "GenerateResult": "api.generated",
    "ImportRequest": "api.importing",
    "ImportResult": "api.importing",
    "import_score": "api.importing",
    "InitQuestion": "api.init",
    "InitRequest": "api.init",
    "InitResult": "api.init",
    "init": "api.init",
    "init_faults": "api.init",
    "init_questions": "api.init",
    "UpgradeRequest": "api.language",
    "UpgradeResult": "api.language",
    "schema": "api.language",
    "upgrade": "api.language",
    "LinkRequest": "api.link",
    "LinkResult": "api.link",
    "link": "api.link",
    "Cluster": "api.local",
    "InfraCheckRequest": "api.infra",
    "InfraCheckResult": "api.infra",
    "InfraFinding": "api.infra",
    "infra_check": "api.infra",
    "ClusterStatus": "api.local",
    "LocalRequest": "api.local",
    "local_down": "api.local",
    "local_status": "api.local",
    "local_up": "api.local",
    "CompareRequest": "api.manifests",
    "CompareResult": "manifests.environments",
    "ExplainRequest": "api.manifests",
    "ExplainResult": "api.manifests",
    "ValidateRequest": "api.manifests",
    "ValidateResult": "api.manifests",
    "compare": "api.manifests",
    "explain": "api.manifests",
    "explain_field": "api.manifests",
    "validate": "api.manifests",
    "MirrorRequest": "api.mirror",
    "MirrorResult": "api.mirror",
    "update_mirror": "api.mirror",
    "OutputsRequest": "api.outputs",
    "OutputsResult": "api.outputs",
    "outputs": "api.outputs",
    "PinRequest": "api.pin",
    "PinResult": "api.pin",
    "UnpinRequest": "api.pin",
    "pin": "api.pin",
    "unpin": "api.pin",
    "ChangedRequest": "api.pipelines",
    "ChangedResult": "api.pipelines",
    "ScanRequest": "api.pipelines",
    "ScanResult": "api.pipelines",
    "TokenRequest": "api.pipelines",
    "changed": "api.pipelines",
    "protection": "api.pipelines",
    "scan": "api.pipelines",
    "token": "api.pipelines",
    "Preview": "api.previews",
    "PreviewedApp": "api.previews",
    "PreviewsRequest": "api.previews",
    "PreviewsResult": "api.previews",
    "previews": "api.previews",
    "PromoteRequest": "api.promote",
    "PromoteResult": "api.promote",
    "promote": "api.promote",
    "PublishRequest": "api.publish",
    "PublishResult": "api.publish",
    "publish": "api.publish",
    "RenderRequest": "api.render",
    "RenderResult": "api.render",
    "render_overlay": "api.render",
    "Repository": "api.repository",
    "rollback": "api.rollback",
    "RollbackRequest": "api.rolling_back",
    "RollbackResult": "api.rolling_back",
    "HistoryRequest": "api.status",
    "HistoryResult": "api.status",
    "StatusRequest": "api.status",
    "StatusResult": "api.status",
    "history": "api.status",
    "status": "api.status",
    "InfraDestroyRequest": "api.teardown",
    "InfraDestroyResult": "api.teardown",
    "infra_destroy": "api.teardown",
    "Tool": "api.toolbox",
    "ToolsRequest": "api.toolbox",
    "tools_install": "api.toolbox",
    "tools_report": "api.toolbox",
    "CopilotRequest": "api.copilot",
    "CopilotResult": "api.copilot",
    "import_copilot": "api.copilot",
    "CostLine": "api.cost",
    "CostRequest": "api.cost",
    "Estimate": "api.cost",
    "cost": "api.cost",
    "DeployRequest": "api.deploy",
    "DeployResult": "api.deploy",
    "deploy": "api.deploy",
    "WaitRequest": "api.wait",
    "WaitResult": "api.wait",
    "wait": "api.wait",
    "Review": "clients.forges.forge",
    "Credentials": "credentials",
    "BumpOutcome": "delivery.bump",
    "Deployment": "delivery.deployments",
    "LiveState": "delivery.live_state",
    "OpenRequest": "delivery.live_state",
    "Running": "delivery.live_state",
    "AppPromotion": "delivery.promotion.app_promotions",
    "Hold": "delivery.promotion.app_promotions",
    "Proposal": "delivery.promotion.proposal",
    "PromoteHow": "delivery.promotion.run",
    "Row": "delivery.status",
    "AppDifference": "manifests.app_difference",
    "Difference": "manifests.comparison",
    "Effect": "regenerate.effect",
    "Side": "regenerate.merge",
    "Spec": "spec.model",
    "Image": "yaml.kustomization",
}
__all__ = ["errors", *_MODULES]


def __getattr__(name: str) -> object:
    """Load a public name (PEP 562)."""
    if name == "errors":
        import generator.errors as found

        return found
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return globals()[name]


def __dir__() -> list[str]:
    """Name what is public, loaded or not."""
    return sorted({*globals(), *__all__})
