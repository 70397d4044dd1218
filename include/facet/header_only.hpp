#pragma once

/// The bodies behind the thin headers, for use without the compiled engine.

#include <facet/optimizer/optimizers-inl.hpp>
#if __has_include(<facet/engine/networks-inl.hpp>)
#include <facet/engine/networks-inl.hpp>
#endif
#if __has_include(<facet/app/commands-inl.hpp>)
#include <facet/app/commands-inl.hpp>
#endif
