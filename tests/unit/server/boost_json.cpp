// Boost.JSON compiled into the tests, which judge our JSON by it.
#include <boost/json/src.hpp>
