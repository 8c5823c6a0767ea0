#include "room_member.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace turnpike::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kStamp = "\"t\":";

bool contains(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

}  // namespace

RoomMember::RoomMember(asio::io_context& loop, MemberWatch& watch, std::span<char> buffer, MemberPlace place)
    : socket_(loop), watch_(watch), buffer_(buffer), place_(std::move(place)) {}

void RoomMember::start() {
  error_code error;
  socket_.open(tcp::v4(), error);
  if (!error) socket_.bind({place_.source, 0}, error);
  if (!error) socket_.set_option(tcp::no_delay(true), error);
  if (error) return lose(error.message());
  socket_.async_connect(place_.server, [this](const error_code& failed) {
    if (failed) return lose("connecting: " + failed.message());
    shake_hands();
  });
}

void RoomMember::shake_hands() {
  error_code error;
  socket_.non_blocking(true, error);
  if (error) return lose(error.message());
  send("GET " + place_.path + " HTTP/1.1\r\nHost: " + place_.host +
       "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
  await_bytes();
}

void RoomMember::await_bytes() {
  socket_.async_wait(tcp::socket::wait_read, [this](const error_code& error) {
    if (error) return lose(error.message());
    read();
  });
}

void RoomMember::read() {
  error_code error;
  const std::size_t size = socket_.read_some(asio::buffer(buffer_.data(), buffer_.size()), error);
  if (error && error != asio::error::would_block) return lose("reading: " + error.message());
  try {
    take({buffer_.data(), size});
  } catch (const std::runtime_error& fault) {
    return lose(fault.what());
  }
  if (!is_lost_) await_bytes();
}

void RoomMember::take(std::string_view bytes) {
  if (!is_open_) return take_handshake(bytes);
  frames_.add(bytes, [this](ServerFrames::Opcode opcode, std::string_view payload) { take_frame(opcode, payload); });
}

void RoomMember::take_handshake(std::string_view bytes) {
  handshake_.append(bytes);
  const std::size_t end = handshake_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  if (!handshake_.starts_with("HTTP/1.1 101")) throw std::runtime_error(handshake_.substr(0, handshake_.find('\r')));
  is_open_ = true;
  const std::string rest = handshake_.substr(end + 4);
  handshake_ = {};
  send(client_frame(ServerFrames::Opcode::text,
                    R"({"type":"join-room","roomId":")" + place_.room + R"(","userId":")" + place_.user + R"("})"));
  take(rest);
}

void RoomMember::take_frame(ServerFrames::Opcode opcode, std::string_view payload) {
  switch (opcode) {
    case ServerFrames::Opcode::text: return take_text(payload);
    case ServerFrames::Opcode::ping: return send(client_frame(ServerFrames::Opcode::pong, payload));
    case ServerFrames::Opcode::pong: return;
    case ServerFrames::Opcode::close:
      return lose("closed by the server: " + std::string(payload.substr(std::min<std::size_t>(payload.size(), 2))));
  }
  throw std::runtime_error("an unknown kind of frame");
}

void RoomMember::take_text(std::string_view text) {
  if (const std::size_t at = text.find(kStamp); at != std::string_view::npos) {
    std::int64_t stamp = 0;
    std::from_chars(text.data() + at + kStamp.size(), text.data() + text.size(), stamp);
    return watch_.on_signal(stamp);
  }
  if (contains(text, R"("type":"joined")")) return watch_.on_joined();
  if (contains(text, R"("type":"error")")) watch_.on_error(text);
}

void RoomMember::signal(std::int64_t stamp, std::string_view padding, std::string_view target) {
  if (is_lost_) return;
  std::string text = R"({"type":"signal","data":{"t":)" + std::to_string(stamp);
  text.append(R"(,"x":")").append(padding).append(R"("})");
  if (!target.empty()) text.append(R"(,"targetUserId":")").append(target).append("\"");
  text.append("}");
  send(client_frame(ServerFrames::Opcode::text, text));
}

void RoomMember::send(std::string_view bytes) {
  if (is_lost_) return;
  unsent_.append(bytes);
  if (!is_writing_) flush();
}

void RoomMember::flush() {
  error_code error;
  const std::size_t size = socket_.write_some(asio::buffer(unsent_), error);
  unsent_.erase(0, size);
  if (error && error != asio::error::would_block) return lose("writing: " + error.message());
  is_writing_ = !unsent_.empty();
  if (!is_writing_) return unsent_.shrink_to_fit();
  socket_.async_wait(tcp::socket::wait_write, [this](const error_code& failed) {
    if (failed) return lose(failed.message());
    flush();
  });
}

void RoomMember::close() {
  is_lost_ = true;
  error_code ignored;
  socket_.close(ignored);
}

void RoomMember::lose(std::string_view why) {
  if (is_lost_) return;
  close();
  watch_.on_lost(why);
}

}  // namespace turnpike::bench
