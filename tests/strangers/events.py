"""Events as services in Python build and read them, each format as its own project documents it."""

import argparse
import datetime
import json
import uuid

FORMATS = ("domain-event", "aggregate", "aggregate-camel", "bare", "cloudevents")


def parser(description):
    known = argparse.ArgumentParser(description=description)
    known.add_argument("--url", required=True)
    known.add_argument("--exchange", default="")
    known.add_argument("--queue", default="")
    known.add_argument("--format", required=True, choices=FORMATS)
    known.add_argument("--count", type=int, default=1)
    known.add_argument("--timeout", type=float, default=30, help="seconds until reading fails")
    return known


def publisher(description):
    known = parser(description)
    known.add_argument("--type", default="speaker.onboarded")
    known.add_argument("--routing-key", default="", help="the type, unless it is given")
    known.add_argument("--data", default="", help="JSON; each event's own, unless it is given")
    return known


def reader(description):
    known = parser(description)
    known.add_argument("--bind", action="append", default=[],
                       help="declares the exchange and the queue, and binds them with this key; may be repeated")
    return known


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def make(style, event_type, number, data=""):
    """The event's id, its data, the body, and what goes into the message beside it: properties and headers."""
    event_id = str(uuid.uuid4())
    data = json.loads(data) if data else {"speaker_id": str(number), "name": "Zoë", "amount": 9007199254740993}
    if style == "domain-event":
        body = {"id": event_id, "type": event_type, "timestamp": now(), "version": "1.0", "source": "python-service",
                "correlationId": "correlation-1", "tenantId": "tenant-1", "userId": None, "data": data}
        return event_id, data, body, {"content_type": "application/json"}, {}
    if style == "aggregate":
        body = {"event_id": event_id, "event_type": event_type, "aggregate_id": str(number), "aggregate_type": "Speaker",
                "timestamp": now(), "version": 1, "correlation_id": "correlation-1", "payload": data}
        headers = {"event_id": event_id, "event_type": event_type, "aggregate_id": str(number)}
        return event_id, data, body, {"content_type": "application/json", "correlation_id": "correlation-1"}, headers
    if style == "aggregate-camel":
        body = {"eventId": event_id, "eventType": event_type, "aggregateId": str(number), "aggregateType": "Speaker",
                "timestamp": now(), "version": 1, "correlationId": "correlation-1", "payload": data}
        return event_id, data, body, {"content_type": "application/json"}, {}
    if style == "cloudevents":
        body = {"specversion": "1.0", "id": event_id, "source": "/python/speakers", "type": event_type, "time": now(),
                "datacontenttype": "application/json", "tenantid": "tenant-1", "correlationid": "correlation-1", "data": data}
        return event_id, data, body, {"content_type": "application/cloudevents+json"}, {}
    properties = {"content_type": "application/json", "message_id": event_id, "correlation_id": "correlation-1"}
    return event_id, data, data, properties, {"tenant-id": "tenant-1"}


def take(style, body, routing_key, properties, headers):
    """What a service makes of a message; fails where something that its format promises is missing."""
    event = json.loads(body)
    if style == "bare":
        return {"id": properties["message_id"], "type": routing_key, "data": event, "version": headers["version"],
                "source": headers["source"], "correlation_id": properties["correlation_id"],
                "tenant_id": headers.get("tenant-id")}
    if style == "domain-event":
        return {"id": event["id"], "type": event["type"], "data": event["data"], "version": event["version"],
                "source": event["source"], "correlation_id": event.get("correlationId"), "tenant_id": event.get("tenantId"),
                "time": event["timestamp"]}
    if style == "cloudevents":
        assert event["specversion"] == "1.0" and properties["content_type"].startswith("application/cloudevents+json")
        return {"id": event["id"], "type": event["type"], "data": event["data"], "version": event["dataversion"],
                "source": event["source"], "correlation_id": event.get("correlationid"), "tenant_id": event.get("tenantid"),
                "time": event["time"]}
    snake = style == "aggregate"
    assert headers["event_id"] and headers["event_type"] and headers["aggregate_id"]
    metadata = event["metadata"]
    return {"id": event["event_id" if snake else "eventId"], "type": event["event_type" if snake else "eventType"],
            "data": event["payload"], "version": event["version"], "source": metadata["source"],
            "key": event["aggregate_id" if snake else "aggregateId"],
            "correlation_id": event.get("correlation_id" if snake else "correlationId"),
            "tenant_id": metadata.get("tenant_id" if snake else "tenantId"), "time": event["timestamp"]}


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)
