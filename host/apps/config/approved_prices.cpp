// Prices out of an approval's subject.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/approved_prices.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using chain::u256;
using chain::u512;

u256 amount_of(const json::object& row, const char* name) {
    const json::value* value = row.if_contains(name);
    if (value == nullptr || !value->is_string()) return 0;
    return chain::parse_u256(std::string(value->get_string())).value_or(0);
}

const json::object* row_of(const json::array& rows, std::uint16_t pool_id) {
    for (const json::value& row : rows) {
        const json::object* object = row.if_object();
        const json::value* id = object == nullptr ? nullptr : object->if_contains("pool_id");
        if (id != nullptr && id->is_int64() && id->get_int64() == pool_id) return object;
    }
    return nullptr;
}

bool close(const u256& a, const u256& b, std::uint64_t max_difference_ppm) {
    const u256 low = std::min(a, b);
    return static_cast<u512>(std::max(a, b) - low) * 1'000'000U <= static_cast<u512>(low) * max_difference_ppm;
}

} // namespace

Result<void> take_approved_prices(const std::string& subject, std::uint64_t max_difference_ppm,
                                  std::vector<signer::LeasePool>& pools) {
    boost::system::error_code error;
    const json::value parsed = json::parse(subject, error);
    const json::object* root = error ? nullptr : parsed.if_object();
    const json::value* rows = root == nullptr ? nullptr : root->if_contains("pools");
    if (rows == nullptr || !rows->is_array()) return {};
    for (signer::LeasePool& pool : pools) {
        const json::object* row = row_of(rows->get_array(), pool.pool_id);
        if (row == nullptr) continue;
        const u256 price0 = amount_of(*row, "price0_x96");
        const u256 price1 = amount_of(*row, "price1_x96");
        if (!close(price0, pool.price0_x96, max_difference_ppm) || !close(price1, pool.price1_x96, max_difference_ppm)) {
            return fail("arm: the prices of pool " + std::to_string(pool.pool_id) + " have moved by more than " +
                            std::to_string(max_difference_ppm) + " ppm since they were approved",
                        "have the lease approved anew");
        }
        pool.price0_x96 = price0;
        pool.price1_x96 = price1;
    }
    return {};
}

} // namespace jitbox::apps
