#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "server_frames.hpp"

namespace turnpike::bench {

/// What the members of all rooms report to.
class MemberWatch {
 public:
  MemberWatch() = default;
  MemberWatch(const MemberWatch&) = delete;
  MemberWatch& operator=(const MemberWatch&) = delete;
  virtual ~MemberWatch() = default;

  virtual void on_joined() = 0;
  /// A signal with the time stamp that its sender put in.
  virtual void on_signal(std::int64_t stamp) = 0;
  virtual void on_error(std::string_view words) = 0;
  /// The connection is lost, or never was.
  virtual void on_lost(std::string_view why) = 0;
};

struct MemberPlace {
  boost::asio::ip::tcp::endpoint server;
  boost::asio::ip::address_v4 source;
  std::string host;  ///< for the Host field
  std::string path;
  std::string room;
  std::string user;
};

/// One native client of /signal: connects, joins, and from then on reads what comes.
class RoomMember {
 public:
  /// `watch` outlives this; `buffer` is shared by all members of the loop.
  RoomMember(boost::asio::io_context& loop, MemberWatch& watch, std::span<char> buffer, MemberPlace place);

  void start();
  /// To `target`, or to all others of the room when it is empty.
  void signal(std::int64_t stamp, std::string_view padding, std::string_view target);
  void close();

 private:
  void shake_hands();
  void await_bytes();
  void read();
  void take(std::string_view bytes);
  void take_handshake(std::string_view bytes);
  void take_frame(ServerFrames::Opcode opcode, std::string_view payload);
  void take_text(std::string_view text);
  void send(std::string_view bytes);
  void flush();
  void lose(std::string_view why);

  boost::asio::ip::tcp::socket socket_;
  MemberWatch& watch_;
  std::span<char> buffer_;
  MemberPlace place_;
  std::string handshake_;
  std::string unsent_;
  ServerFrames frames_;
  bool is_open_ = false;  // the handshake is done
  bool is_lost_ = false;
  bool is_writing_ = false;
};

}  // namespace turnpike::bench
