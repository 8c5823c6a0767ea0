#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace turnpike {

/// A value or the reason there is none. Errors fed by the network are values, never exceptions.
template <typename T, typename E = boost::system::error_code>
using Result = boost::system::result<T, E>;

using boost::system::error_code;

}  // namespace turnpike
