#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rooms/json_codec_text.hpp"
#include "turnpike/rooms/native_codec.hpp"

namespace turnpike::rooms {

/// Reads the members of a message, and remembers the first that is not what it has to be. A member that is null counts
/// as absent.
class CodecMembers {
 public:
  /// `object`: JSON text of an object, already checked; it outlives this.
  explicit CodecMembers(std::string_view object) : slices_(slices_of(object)) {}

  [[nodiscard]] const std::vector<JsonSlice>& slices() const noexcept { return slices_; }
  [[nodiscard]] bool has(std::string_view name) const { return raw(name).has_value(); }

  /// JSON text of any value.
  [[nodiscard]] std::optional<std::string_view> raw(std::string_view name) const;
  /// Its JSON text even if it is null; absent is a fault.
  [[nodiscard]] std::string_view required_raw(std::string_view name);

  // Empty when it is absent.
  [[nodiscard]] std::string any_text(std::string_view name);
  /// What names a room or somebody: UTF-8 of at most so many bytes, without control characters. A number is its text.
  [[nodiscard]] std::string id(std::string_view name, std::size_t max_size);
  [[nodiscard]] std::string clean_text(std::string_view name, std::size_t max_size);

  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view name);

  /// In words for people; empty when all that was read is right.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void complain(std::string_view name, std::string_view words);

  std::vector<JsonSlice> slices_;
  std::string fault_;
};

enum class NumberUse : std::uint8_t { refuse, take };
/// Why a value (JSON text) cannot be an id or such; empty when it can. See CodecMembers::id().
[[nodiscard]] std::string find_text_fault(std::string_view value, std::size_t max_size, NumberUse numbers);
/// Of a value without that fault.
[[nodiscard]] std::string id_of(std::string_view value);

/// "join-room" in the native dialect and in Socket.IO.
[[nodiscard]] NativeJoin read_join(CodecMembers& members);

/// Of the member `ref`, as JSON text; nothing when it is neither a text of at most 64 bytes nor a number; empty when it
/// is absent.
[[nodiscard]] std::optional<std::string> read_ref(const CodecMembers& members);

/// `ref`: the message's own, or empty.
[[nodiscard]] CodecFault refuse_message(std::string words, std::string ref = {});

/// Appends what members of other dialects get as `data`, see MessageTag.
void append_data(std::string& json, const Signal& signal);

}  // namespace turnpike::rooms
