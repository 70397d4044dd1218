#pragma once
// unit: facet::image_filters<>
// library: dataset
// needs: itk

#include <facet/io/itk_filters.hpp>

#include <algorithm>
#include <string>
#include <type_traits>

#include <itkBSplineDecompositionImageFilter.h>
#include <itkConnectedComponentImageFilter.h>
#include <itkCurvatureAnisotropicDiffusionImageFilter.h>
#include <itkImage.h>
#include <itkOrientImageFilter.h>
#include <itkRelabelComponentImageFilter.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include <facet/core/error.hpp>
#include <facet/io/itk_volume.hpp>

namespace facet {

namespace detail::itk_filters {

using itk_volume::image;
using itk_volume::wrapped;

template <class T, class Pixel> volume<T> unwrapped(const image<Pixel>& source) {
    geometry grid;
    const auto size = source.GetLargestPossibleRegion().GetSize();
    for (unsigned i = 0; i < 3; ++i) {
        grid.size[i] = size[i];
        grid.spacing[i] = source.GetSpacing()[i];
        grid.origin[i] = source.GetOrigin()[i];
        for (unsigned j = 0; j < 3; ++j) grid.direction[3 * i + j] = source.GetDirection()(i, j);
    }
    volume<T> out{grid};
    const auto* const from = source.GetBufferPointer();
    std::transform(from, from + grid.voxel_count(), out.voxels.data(), [](Pixel v) { return static_cast<T>(v); });
    return out;
}

/// Runs the pipeline's last filter.
template <class Filter> auto result_of(Filter& filter) {
    try {
        filter.Update();
    } catch (const itk::MemoryAllocationError&) {
        throw error{exit_code::out_of_memory, "the image does not fit into memory while it is processed"};
    } catch (const itk::ExceptionObject& e) {
        throw error{exit_code::bad_input, std::string{"the image cannot be processed: "} + e.GetDescription()};
    }
    return filter.GetOutput();
}

template <class T> volume<T> oriented(const volume<T>& source) {
    const auto filter = itk::OrientImageFilter<image<T>, image<T>>::New();
    filter->SetInput(wrapped(source));
    filter->UseImageDirectionOn();
    filter->SetDesiredCoordinateOrientation(itk::SpatialOrientation::ITK_COORDINATE_ORIENTATION_RAI); // ITK names where an axis comes from
    return unwrapped<T>(*result_of(*filter));
}

} // namespace detail::itk_filters

template <class D> ct_volume image_filters<D>::oriented(const ct_volume& source) { return detail::itk_filters::oriented(source); }
template <class D> label_volume image_filters<D>::oriented(const label_volume& source) { return detail::itk_filters::oriented(source); }

template <class D> volume<float> image_filters<D>::distance_to(const mask_volume& mask) {
    namespace f = detail::itk_filters;
    const auto filter = itk::SignedMaurerDistanceMapImageFilter<f::image<std::uint8_t>, f::image<float>>::New();
    filter->SetInput(f::wrapped(mask));
    filter->SetUseImageSpacing(true);
    filter->SetSquaredDistance(false);
    filter->SetInsideIsPositive(false);
    filter->SetBackgroundValue(0);
    auto distance = f::unwrapped<float>(*f::result_of(*filter));
    for (auto& d : distance.voxels) d = std::max(d, 0.0f);
    return distance;
}

template <class D> mask_volume image_filters<D>::largest_piece(const mask_volume& mask) {
    namespace f = detail::itk_filters;
    using numbered = f::image<std::uint32_t>;
    const auto pieces = itk::ConnectedComponentImageFilter<f::image<std::uint8_t>, numbered>::New();
    pieces->SetInput(f::wrapped(mask));
    const auto by_size = itk::RelabelComponentImageFilter<numbered, numbered>::New();
    by_size->SetInput(pieces->GetOutput());
    auto out = f::unwrapped<std::uint32_t>(*f::result_of(*by_size));
    mask_volume largest{out.grid};
    std::transform(out.voxels.data(), out.voxels.data() + out.voxels.size(), largest.voxels.data(),
                   [](std::uint32_t v) { return static_cast<std::uint8_t>(v == 1); });
    return largest;
}

template <class D> volume<float> image_filters<D>::denoised(const volume<float>& source, double conductance, int iterations) {
    namespace f = detail::itk_filters;
    const auto filter = itk::CurvatureAnisotropicDiffusionImageFilter<f::image<float>, f::image<float>>::New();
    filter->SetInput(f::wrapped(source));
    const auto& step = source.grid.spacing;
    filter->SetTimeStep(0.68 * std::min({step[0], step[1], step[2]}) / 16); // stable below 1/16 of the smallest spacing
    filter->SetConductanceParameter(conductance);
    filter->SetConductanceScalingUpdateInterval(1);
    filter->SetNumberOfIterations(static_cast<itk::IdentifierType>(iterations));
    return f::unwrapped<float>(*f::result_of(*filter));
}

template <class D> volume<float> image_filters<D>::spline_coefficients(const volume<float>& source) {
    namespace f = detail::itk_filters;
    const auto filter = itk::BSplineDecompositionImageFilter<f::image<float>, f::image<float>>::New();
    filter->SetInput(f::wrapped(source));
    filter->SetSplineOrder(3);
    return f::unwrapped<float>(*f::result_of(*filter));
}

} // namespace facet
