#pragma once

#include <optional>
#include <string>

#include "server/config.hpp"
#include "server/qr_text.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// What the demo prints once it listens: where the page is and what to do there, the key, what developers paste, and
/// what the demo is not for. ICE servers in it are valid for a day. `addresses` were resolved after binding, so that
/// its listeners have the real ports. `qr`: the page's address in the network as a QR code too, beside the text where
/// 80 columns hold both.
[[nodiscard]] std::string demo_banner(const Config& config, const RuntimeAddresses& addresses, UnixSeconds now,
                                      std::optional<QrStyle> qr);

/// TURNPIKE_QR: "1" prints the QR code, "0" does not; else a terminal gets it. Colours are for terminals only, and not
/// for TERM=dumb.
[[nodiscard]] std::optional<QrStyle> choose_qr_style(const std::optional<std::string>& turnpike_qr,
                                                     const std::optional<std::string>& term, bool is_terminal);

}  // namespace turnpike::server
