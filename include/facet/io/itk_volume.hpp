#pragma once

#include <itkImage.h>

#include <facet/data/volume.hpp>

/// Volumes as ITK sees them, and back.
namespace facet::detail::itk_volume {

template <class T> using image = itk::Image<T, 3>;

/// A view of a volume's voxels; ITK only reads from it.
template <class T> typename image<T>::Pointer wrapped(const volume<T>& source) {
    auto out = image<T>::New();
    typename image<T>::SizeType size;
    typename image<T>::SpacingType spacing;
    typename image<T>::PointType origin;
    typename image<T>::DirectionType direction;
    for (unsigned i = 0; i < 3; ++i) {
        size[i] = source.grid.size[i];
        spacing[i] = source.grid.spacing[i];
        origin[i] = source.grid.origin[i];
        for (unsigned j = 0; j < 3; ++j) direction(i, j) = source.grid.direction[3 * i + j];
    }
    out->SetRegions(size);
    out->SetSpacing(spacing);
    out->SetOrigin(origin);
    out->SetDirection(direction);
    out->GetPixelContainer()->SetImportPointer(const_cast<T*>(source.voxels.data()), source.voxels.size(), false);
    return out;
}

} // namespace facet::detail::itk_volume
