// What this compiler can do, and the namespace that follows from it.
#ifndef THOUSANDEYES_FEATURES_HPP
#define THOUSANDEYES_FEATURES_HPP

#include "../thousandeyes.h"

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define THOUSANDEYES_EXCEPTIONS 1
#else
#define THOUSANDEYES_EXCEPTIONS 0
#endif

#if __cplusplus >= 201703L || (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#define THOUSANDEYES_STRING_VIEW 1
#else
#define THOUSANDEYES_STRING_VIEW 0
#endif

// Without exceptions the linker sees other names: a program may have parts of both kinds.
#if THOUSANDEYES_EXCEPTIONS
#define THOUSANDEYES_BEGIN namespace thousandeyes {
#define THOUSANDEYES_END }
#else
#define THOUSANDEYES_BEGIN namespace thousandeyes { inline namespace without_exceptions {
#define THOUSANDEYES_END } }
#endif

#endif  // THOUSANDEYES_FEATURES_HPP
