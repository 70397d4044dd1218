#pragma once

// What every split promises. Included after support/data_test.hpp.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <facet/data/split.hpp>
#include <facet/split.hpp>

namespace laws {

/// A store split as the policy asks: every patient lies in one part and none is left out; a slice of a fold is validated in that fold and trained on in all
/// others, one of the test set is neither. It is read back as it was written, and is the same for the same seed whatever was split before.
template <facet::split::policy Split> void split(const Split& policy, const facet::store& data, std::uint64_t seed) {
    const facet::split_options options{.folds = policy.folds, .test = policy.test_patients, .seed = seed};
    const auto written = facet::make_split(data, options);
    const auto parts = facet::patient_split::load(data);
    REQUIRE(parts.folds.size() == policy.folds);
    REQUIRE(parts.test.size() == policy.test_patients);
    REQUIRE(written.at("folds").get<std::vector<std::vector<std::string>>>() == parts.folds);
    REQUIRE(written.at("test").get<std::vector<std::string>>() == parts.test);

    std::multiset<std::string> placed(parts.test.begin(), parts.test.end());
    for (const auto& fold : parts.folds) placed.insert(fold.begin(), fold.end());
    std::set<std::string> patients;
    for (const auto& s : data.slices()) patients.insert(s.patient);
    REQUIRE(placed == std::multiset<std::string>(patients.begin(), patients.end()));

    std::vector<std::size_t> trained(data.count()), validated(data.count()), tested(data.count());
    for (std::size_t fold = 0; fold < policy.folds; ++fold) {
        const auto of_fold = facet::parts_of(data, parts, fold);
        for (const auto i : of_fold.train) ++trained[i];
        for (const auto i : of_fold.validation) ++validated[i];
        for (const auto i : of_fold.test) ++tested[i];
    }
    const std::set<std::string> test(parts.test.begin(), parts.test.end());
    for (const auto& s : data.slices()) {
        const bool held_out = test.contains(s.patient);
        REQUIRE(tested[s.index] == (held_out ? policy.folds : 0));
        REQUIRE(validated[s.index] == (held_out ? 0u : 1u));
        REQUIRE(trained[s.index] == (held_out ? 0 : policy.folds - 1));
    }

    facet::make_split(data, {.folds = policy.folds, .test = policy.test_patients, .seed = seed + 1});
    REQUIRE(facet::make_split(data, options) == written);
}

} // namespace laws
