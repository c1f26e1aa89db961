import P1MQTTBroker
import P1MQTTMeter

extension BridgeReporter {
    /// The page of metrics as it is now.
    func metrics(at now: Moment) -> MetricsPage {
        let (sent, broker) = (outbox.counters, inbox.counters)
        let meters = everyMeter
        let names = Set(meters.compactMap(\.pipeline.settings.name))
        return MetricsPage(
            version: P1MQTTCommand.version, process: ProcessFigures(startedAt: identity.started), isConnected: !self.broker.isAway,
            broker: MetricsPage.BrokerFigures(
                reconnects: max(0, broker.connections - 1), published: sent.published, superseded: sent.superseded,
                dropped: sent.eventsDropped + sent.refused, rejected: broker.rejected, pending: sent.pending),
            meters: meters.map { pipeline, _ in
                let publication = pipeline.publication
                return MetricsPage.Meter(
                    label: MetricsPage.label(pipeline.settings.name, prefix: topics.prefix, names: names), counts: pipeline.counts,
                    isOnline: outbox.availability(publication.topics.availability) ?? false, lastTelegram: publication.lastTelegram,
                    identity: publication.identity, samples: publication.samples,
                    served: pipeline.served.map { ($0.readers, $0.dropped) })
            })
    }
}
