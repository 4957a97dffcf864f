#include "application/serve.hpp"

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "describe/describe.hpp"
#include "health/health_text.hpp"
#include "http/http_server.hpp"

namespace ashlar::ops {
namespace {

std::string greeting(const Application& application, const std::string& url) {
  std::string text = application.name +
                     (url.empty() ? " runs without HTTP, which http.enabled switches on" : " serves " + url) +
                     "; Ctrl-C stops it\n";
  if (!application.what_to_try) return text;
  const std::string more = application.what_to_try(url);
  if (more.empty()) return text;
  return text + "\n" + more + (more.ends_with('\n') ? "" : "\n");
}

// Each gives what still runs at the deadline.
std::vector<std::string> stop(HttpServer& http, const Sections& sections) {
  return http.stop(std::chrono::steady_clock::now() + sections.host.stop_deadline / 2);
}

std::vector<std::string> stop(ModuleHost& host, bool& clean, std::ostream& err) {
  StopReport report = host.stop();
  for (const std::string& failure : report.failures) err << failure << "\n";
  clean = report.clean();
  return std::move(report.stragglers);
}

void name(const std::vector<std::string>& stragglers, std::ostream& err, const AtDeadline& at_deadline) {
  for (const std::string& straggler : stragglers) err << "still running at the deadline: " << straggler << "\n";
  err << std::flush;
  if (!stragglers.empty()) at_deadline();
}

}  // namespace

void add_own_routes(RouteTable& routes, ModuleHost& host, std::function<std::string()> streams) {
  routes.add_own("GET", "/health/live", [](const Request&) { return Response{.body = "{\"status\": \"alive\"}\n"}; });
  routes.add_own("GET", "/health/ready", [&host](const Request&) {
    const HealthReport report = host.health();
    return Response{.status = report.ready ? 200 : 503, .body = health_json(report)};
  });
  routes.add_own("GET", "/describe",
                 [&host](const Request&) { return Response{.body = describe_json(host.describe())}; });
  routes.add_own("GET", "/streams", [streams = std::move(streams)](const Request&) {
    std::string body = streams();
    return Response{.body = body.empty() ? "{\"log\": null, \"consumers\": []}\n" : std::move(body)};
  });
}

bool serve(const Application& application, ModuleHost& host, const RouteTable& routes, const Sections& sections,
           const Log& log, std::ostream& out, std::ostream& err, const AtDeadline& at_deadline) {
  const StopOnSignals on_signals(host);
  host.start();
  std::unique_ptr<HttpServer> http;
  // One deadline bounds the whole stop: half of it for the requests, and half is the host's.
  const auto end = [&] {
    std::vector<std::string> late;
    if (http) late = stop(*http, sections);
    bool clean = true;
    for (std::string& straggler : stop(host, clean, err)) late.push_back(std::move(straggler));
    name(late, err, at_deadline);
    return clean && late.empty();
  };
  try {
    if (sections.http.enabled) http = std::make_unique<HttpServer>(sections.http, routes, log);
    out << greeting(application, http ? http->url() : "") << std::flush;
  } catch (...) {
    end();
    throw;
  }
  host.wait();
  return end();
}

bool stop(ModuleHost& host, std::ostream& err, const AtDeadline& at_deadline) {
  bool clean = true;
  name(stop(host, clean, err), err, at_deadline);
  return clean;
}

}  // namespace ashlar::ops
