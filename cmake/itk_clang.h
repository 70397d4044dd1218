/* Force-included, with clang only, into translation units that use ITK.
 *
 * The compiler-detection header of ITK 5.2 as Debian builds it knows GNU alone and stops at any other compiler. This header takes its
 * guard, so that it is skipped, and gives the feature names ITK's headers use; all are plain C++20. */
#ifndef ITK_COMPILER_DETECTION_H
#define ITK_COMPILER_DETECTION_H

#define ITK_COMPILER_IS_Clang 1
#define ITK_COMPILER_IS_GNU 0
#define ITK_COMPILER_IS_MSVC 0
#define ITK_COMPILER_CXX_STATIC_ASSERT 1

#define ITK_ALIGNAS(X) alignas(X)
#define ITK_ALIGNOF(X) alignof(X)
#define ITK_CONSTEXPR constexpr
#define ITK_DELETED_FUNCTION = delete
#define ITK_DEPRECATED [[deprecated]]
#define ITK_DEPRECATED_MSG(MSG) [[deprecated(MSG)]]
#define ITK_EXTERN_TEMPLATE extern
#define ITK_FINAL final
#define ITK_NOEXCEPT noexcept
#define ITK_NOEXCEPT_EXPR(X) noexcept(X)
#define ITK_NULLPTR nullptr
#define ITK_OVERRIDE override
#define ITK_STATIC_ASSERT(X) static_assert(X, #X)
#define ITK_STATIC_ASSERT_MSG(X, MSG) static_assert(X, MSG)
#define ITK_THREAD_LOCAL thread_local

#endif
