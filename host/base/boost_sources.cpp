// Boost.Asio, Boost.Beast and Boost.JSON compiled once for the whole project.
// SPDX-License-Identifier: Apache-2.0
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything" // third-party sources
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/json/src.hpp>
#pragma clang diagnostic pop
