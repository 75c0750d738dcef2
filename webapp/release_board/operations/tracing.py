"""Traces by OpenTelemetry, if its own variable `OTEL_EXPORTER_OTLP_ENDPOINT` is set."""

import os

from flask import Flask


def init_app(app: Flask) -> None:
    """Trace requests; without an endpoint, OpenTelemetry is not loaded."""
    if not (os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")):
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.flask import FlaskInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    settings = app.extensions["release_board.settings"]
    about = {"service.name": "release-board", "service.version": settings.version}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    untimed = "healthz,readyz,metrics"
    FlaskInstrumentor().instrument_app(app, excluded_urls=untimed, tracer_provider=provider)  # type: ignore[no-untyped-call]
