import Logging
import P1MQTTInput
import P1MQTTMeter

/// The pages for Prometheus and for those who watch over services (`metrics.listen`): what stands at which path.
final class MetricsEndpoint {
    let port: ListeningPort<PageServer>
    private let pages: Pages

    init(on address: PortAddress, logger: Logger) {
        let pages = Pages()
        self.pages = pages
        port = ListeningPort("metrics", on: address, logger: logger) { now throws(OutputError) in
            try PageServer(host: address.host, port: address.port, at: now, answer: pages.answer)
        }
    }

    /// From now on the pages are made of this: what they say changes with the configuration, while the port stays.
    func show(metrics: @escaping (Moment) -> MetricsPage, health: @escaping (Moment) -> HealthReport) {
        (pages.metrics, pages.health) = (metrics, health)
    }
}

/// Which page is at a path.
private final class Pages {
    var metrics: ((Moment) -> MetricsPage)?
    var health: ((Moment) -> HealthReport)?
    private var budget = RequestBudget()

    func answer(_ path: String, _ now: Moment) -> Page {
        guard let metrics, let health else { return Page(status: 503, .text("The program has just begun.\n")) }
        switch path {
        case "/metrics":
            guard budget.take(at: now) else {
                return Page(status: 429, header: ("Retry-After", "1"), .text("More than \(RequestBudget.perSecond) pages a second.\n"))
            }
            return Page(type: MetricsText.contentType, .portions(metrics(now).portions()))
        case "/health":
            let text = health(now).text(at: now)
            return Page(status: HealthReport.isHealthy(text) ? 200 : 503, .text(text + "\n"))
        default:
            return Page(status: 404, .text("Here are /metrics and /health.\n"))
        }
    }
}
