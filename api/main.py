"""应用 The HTTP application."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from api import exports, lists, moments, problems
from api.answer_headers import page_policy
from api.api_document import document
from api.context import reader
from api.endings import ENDINGS, Ending, Endings, EndingTable
from api.lists import only_known_parameters
from api.middleware import Gate
from api.quick_acts import ActTable, QuickActs
from api.rate_limits import Rates
from api.reads import noted
from api.representations import Representations
from api.routes import (
    acceptance,
    access_log,
    accounts,
    amounts,
    answering,
    approval,
    assessment,
    batch,
    building,
    clauses,
    connection,
    correcting,
    county,
    documents,
    enrolment,
    evaluation,
    evaluation_schemes,
    evaluators,
    evidence,
    exceptions,
    experts,
    feed,
    filing,
    funding,
    guidance_fund,
    health,
    import_jobs,
    importing,
    interconnection,
    log,
    log_keeping,
    meetings,
    money,
    oauth,
    oversight,
    personal,
    ppp,
    problem_types,
    procurement,
    projections,
    projects,
    red_flags,
    responsibility,
    review,
    risk,
    roles,
    rule_sets,
    satisfaction,
    security,
    security_views,
    service,
    sharing,
    stage_views,
    supervision,
    systems,
    tasks,
    tracing,
    views,
    webhooks,
)
from api.routing_table import RoutingTable
from infrastructure.attempts import Attempts
from infrastructure.bootstrap import Liuhen, today
from infrastructure.issuer import Issuer

ACTS = (
    enrolment,
    connection,
    meetings,
    roles,
    experts,
    responsibility,
    tasks,
    supervision,
    filing,
    systems,
    sharing,
    risk,
    exceptions,
    review,
    approval,
    procurement,
    building,
    security,
    interconnection,
    service,
    acceptance,
    oversight,
    answering,
    amounts,
    funding,
    guidance_fund,
    ppp,
    evaluators,
    evaluation,
    satisfaction,
    assessment,
    log_keeping,
    correcting,
    personal,
    importing,
    accounts,
    batch,
)
READS = (
    projects,
    evidence,
    county,
    documents,
    views,
    tracing,
    money,
    security_views,
    red_flags,
    stage_views,
    clauses,
    rule_sets,
    evaluation_schemes,
    projections,
    feed,
    webhooks,
    access_log,
    import_jobs,
)

PREFIX = "/v1"
CLOSED = (Depends(reader), Depends(only_known_parameters), Depends(noted))
"""Every route under the prefix needs a token, whatever the route itself says."""

DESCRIPTION = """
留痕记录县级新型智慧城市（电子政务）项目从备案到拨款的全过程：**不共享，不立项，不拨款**（源政发〔2018〕16号）。

*Liuhen records the life of county e-government projects: what happened, who decided, on what grounds, what was known.*

办理均为`POST`，内容在`act`中；被规则拒绝时答复409，列出全部未满足的条款与补救办法，被拒本身也留痕。

示例是一个虚构县的真实请求与答复，按办理的先后，每次检验都重新发送一遍；随机的标识、时刻、摘要和签名换成了同样形式的代替值，
长列表只留前几项。

*The examples are real requests and answers of a county that does not exist; each check of this service sends them
again. Random identities, moments, digests and signatures are stand-ins of the same form, long lists are cut.*
"""


def _operation(route: APIRoute) -> str:
    """The name of an operation that has none of its own: RegisterProjects of views is ViewsRegisterProjects."""
    module = route.endpoint.__module__.rsplit(".", 1)[-1]
    return "".join(word.capitalize() for word in f"{module}_{route.name}".split("_"))


def create_app(
    liuhen: Liuhen | None, issuer: Issuer | None, *, demo: bool = False, endings: Sequence[Ending] = ENDINGS
) -> FastAPI:
    """The application over a wired service. Without one it only describes itself (for the API document).

    `demo`: tokens of the demo are accepted, and only here. `endings`: what of the API is going to end.
    """
    app: FastAPI = FastAPIOffline(
        title="留痕 Liuhen",
        version=version("liuhen"),
        description=DESCRIPTION,
        generate_unique_id_function=_operation,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url="/docs",
        redoc_url=None,
        redirect_slashes=False,  # to where the request's own Host says, with its token
        # What is traced here is traced by the gate: the framework's spans would hold paths and queries.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.liuhen = liuhen
    app.state.issuer = issuer
    app.state.demo = demo
    app.state.attempts = Attempts()
    app.state.failing_elsewhere = ()
    app.state.rates = Rates()
    app.state.ending = bool  # whoever serves says when it is about to end
    app.state.streams = set()
    problems.install(app)
    moments.install(app)
    lists.install(app)
    exports.install(app)
    app.include_router(health.router)  # first, so that who watches it waits for no other route
    for module in (*ACTS, *READS):
        app.include_router(module.router, prefix=PREFIX, dependencies=CLOSED)
    app.include_router(evidence.receipts, prefix=PREFIX)  # as the log
    app.include_router(log.router, prefix=PREFIX)  # decides itself: commitments may be public
    app.include_router(oauth.router)  # open by its nature: it asks for the client's own secret
    app.include_router(problem_types.router)
    quick = {r.path: r.endpoint.quick for m in ACTS for r in m.router.routes if hasattr(r.endpoint, "quick")}
    closed_routes = [(r, CLOSED) for m in (*ACTS, *READS) for r in m.router.routes if isinstance(r, APIRoute)]
    log_routes = [(r, ()) for o in (evidence.receipts, log.router) for r in o.routes if isinstance(r, APIRoute)]
    at_once = {r.path for r in health.router.routes if isinstance(r, APIRoute)}
    app.state.routing = RoutingTable(app.router, PREFIX, [*closed_routes, *log_routes], at_once)
    app.router.middleware_stack = app.state.routing
    ends = EndingTable(endings, _operations() if endings else {}, today)
    app.state.acts = ActTable(PREFIX, quick, ends.check)
    app.add_middleware(Representations)
    # Before the framework's own middleware, which the quick way does without, and which comes with each request.
    quickly = QuickActs(app.build_middleware_stack(), app.state.acts, batch.record_quickly, f"{PREFIX}/batch")
    app.middleware_stack = Gate(Endings(quickly, ends) if endings else quickly, _page_policies(app))
    public = {PREFIX + r.path for router in (log.router, evidence.receipts) for r in router.routes}  # type: ignore[attr-defined]
    app.openapi = partial(document, app, PREFIX, public, endings)  # type: ignore[method-assign]
    return app


def _operations() -> dict[str, tuple[str, str]]:
    """Method and path of every operation that needs a token, by its name."""
    routes = (r for m in (*ACTS, *READS) for r in m.router.routes if isinstance(r, APIRoute))
    return {r.operation_id or _operation(r): (min(r.methods or ()), PREFIX + r.path) for r in routes}


def _page_policies(app: FastAPI) -> dict[str, bytes]:
    """What the pages of the documentation may load and run."""
    redirect = str(app.swagger_ui_oauth2_redirect_url)
    docs = get_swagger_ui_html(openapi_url=str(app.openapi_url), title=app.title, oauth2_redirect_url=redirect)
    pages = {"/docs": docs, redirect: get_swagger_ui_oauth2_redirect_html()}
    return {path: page_policy(bytes(page.body).decode()) for path, page in pages.items()}
