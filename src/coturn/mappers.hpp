#pragma once

#include "coturn/draft.hpp"
#include "coturn/places.hpp"

namespace turnpike::coturn {

// Each writes the tables that it is named after.
void write_server(Draft& draft, const Places& places);
void write_listeners(Draft& draft, const Places& places);
void write_tls(Draft& draft);
void write_relay(Draft& draft, const Places& places);
void write_peers(Draft& draft);
void write_auth(Draft& draft);
void write_quota(Draft& draft);
void write_limits(Draft& draft);
void write_cluster(Draft& draft, const Places& places);
void write_metrics(Draft& draft);
void write_log(Draft& draft);

}  // namespace turnpike::coturn
