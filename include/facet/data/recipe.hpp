#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/slicing.hpp>

namespace facet {

/// The recipe in dataset.json as values, for those who read a store and cut new scans in the same way. Knows the shipped policies.
/// Throws bad_input for a recipe it does not know, for example one with a label scheme of the user's own.
inline slicing slicing_from(const nlohmann::json& recipe) {
    const auto unknown = [](const std::string& what) { return bad_input{"the store's recipe uses " + what + ", which only the program that made it knows"}; };
    try {
        slicing s;
        const std::string scheme = recipe.at("labels").at("policy"), crop = recipe.at("crop").at("policy"), slices = recipe.at("slices").at("policy");
        if (scheme == "labels::totalsegmentator") s.scheme = labels::totalsegmentator{};
        else if (scheme == "labels::verse") s.scheme = labels::verse{};
        else throw unknown("the label scheme '" + scheme + "'");
        s.wanted = {recipe.at("levels").at("first"), recipe.at("levels").at("last")};
        if (crop == "crop::vertebra_box") s.crop = crop::vertebra_box{{recipe.at("crop").at("margin").at("value")}};
        else if (crop == "crop::spine_frame") s.crop = crop::spine_frame{{recipe.at("crop").at("field_of_view").at("value")}};
        else throw unknown("the crop '" + crop + "'");
        if (slices == "slices::axial") s.axis = slice_axis::axial;
        else if (slices == "slices::sagittal") s.axis = slice_axis::sagittal;
        else if (slices == "slices::coronal") s.axis = slice_axis::coronal;
        else throw unknown("the slices '" + slices + "'");
        s.size = recipe.at("slices").at("size");
        s.pixel = recipe.at("slices").at("pixel").at("value");
        s.step = recipe.at("slices").at("step").at("value");
        s.fit = recipe.at("scale").at("policy") == "scale::fit";
        return s;
    } catch (const nlohmann::json::exception&) {
        throw bad_input{"the store's dataset.json holds no complete recipe; prepare the store again"};
    }
}

} // namespace facet
