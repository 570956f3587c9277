// What became of a call, and what to do about it.
#ifndef THOUSANDEYES_STATUS_HPP
#define THOUSANDEYES_STATUS_HPP

#include <cstdint>

#include "features.hpp"

THOUSANDEYES_BEGIN

// What became of a call, as status() says it: 0 success, above 0 success with news, below 0 failure.
namespace status {
constexpr te_status ok = TE_OK;
constexpr te_status done = TE_DONE;
constexpr te_status partial = TE_PARTIAL;
constexpr te_status unauthorized = TE_E_UNAUTHORIZED;
constexpr te_status lockout_suspected = TE_E_LOCKOUT_SUSPECTED;
constexpr te_status token_refused = TE_E_TOKEN_REFUSED;
constexpr te_status bad_token = TE_E_BAD_TOKEN;
constexpr te_status no_token = TE_E_NO_TOKEN;
constexpr te_status budget_exhausted = TE_E_BUDGET_EXHAUSTED;
constexpr te_status source_ip_blocked = TE_E_SOURCE_IP_BLOCKED;
constexpr te_status rate_limited = TE_E_RATE_LIMITED;
constexpr te_status dns = TE_E_DNS;
constexpr te_status connect = TE_E_CONNECT;
constexpr te_status tls = TE_E_TLS;
constexpr te_status proxy = TE_E_PROXY;
constexpr te_status timeout = TE_E_TIMEOUT;
constexpr te_status io = TE_E_IO;
constexpr te_status bad_response = TE_E_BAD_RESPONSE;
constexpr te_status server = TE_E_SERVER;
constexpr te_status http = TE_E_HTTP;
constexpr te_status forbidden = TE_E_FORBIDDEN;
constexpr te_status not_found = TE_E_NOT_FOUND;
constexpr te_status too_large = TE_E_TOO_LARGE;
constexpr te_status foreign_link = TE_E_FOREIGN_LINK;
constexpr te_status invalid_argument = TE_E_INVALID_ARGUMENT;
constexpr te_status cancelled = TE_E_CANCELLED;
constexpr te_status bad_handle = TE_E_BAD_HANDLE;
constexpr te_status no_memory = TE_E_NO_MEMORY;
constexpr te_status panic = TE_E_PANIC;
}  // namespace status

// What to do about a status.
enum class kind : std::int32_t {
    ok = TE_KIND_OK,
    token = TE_KIND_TOKEN,
    wait = TE_KIND_WAIT,
    retry = TE_KIND_RETRY,
    request = TE_KIND_REQUEST,
    local = TE_KIND_LOCAL,
};

// Whether a request reached the wire.
enum class sent : std::int32_t { perhaps = -1, no = 0, yes = 1 };

// The version of the library that was found.
inline const char *version() noexcept { return te_version(); }

// Whether that library has the C interface that this header was written for.
inline bool compatible() noexcept { return te_abi_version() == TE_ABI_VERSION; }

// How many handles are alive in this process.
inline std::int64_t live_handles() noexcept { return te_live_handles(); }

inline const char *status_name(te_status of) noexcept { return te_status_name(of); }

inline kind status_kind(te_status of) noexcept { return static_cast<kind>(te_status_kind(of)); }

THOUSANDEYES_END

#endif  // THOUSANDEYES_STATUS_HPP
