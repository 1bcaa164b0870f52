// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/spectrum.h"

#include "core/base/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace cdra::analysis {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix matrix_of(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
    if (rows < 0 || columns < 0 || values.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
        throw Error("a matrix of " + std::to_string(rows) + "×" + std::to_string(columns) + " with " +
                    std::to_string(values.size()) + " values");
    return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(values.data(), rows,
                                                                                                   columns)
        .cast<double>();
}

std::vector<double> to_vector(const Eigen::VectorXd& values) {
    return {values.data(), values.data() + values.size()};
}

// The triangular factor of a QR decomposition, min(rows, columns) rows.
Eigen::MatrixXd triangle(const Eigen::MatrixXd& matrix) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(matrix);
    const auto rows = std::min(matrix.rows(), matrix.cols());
    return qr.matrixQR().topRows(rows).template triangularView<Eigen::Upper>();
}

} // namespace

std::vector<double> singular_values(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
    if (rows == 0 || columns == 0) return {};
    return to_vector(Eigen::BDCSVD<Eigen::MatrixXd>(matrix_of(values, rows, columns)).singularValues());
}

std::vector<double> root_spectrum(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
    if (rows == 0 || columns == 0) return {};
    const Eigen::MatrixXd root = matrix_of(values, rows, columns).cwiseSqrt();
    const Eigen::MatrixXd gram = rows <= columns ? Eigen::MatrixXd(root * root.transpose())
                                                 : Eigen::MatrixXd(root.transpose() * root);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
    std::vector<double> result = to_vector(solver.eigenvalues());
    std::ranges::reverse(result);
    for (double& value : result)
        value = std::max(value, 0.0); // rounding may leave −1e-18
    return result;
}

std::vector<double> product_singular_values(std::span<const float> a, std::span<const float> b, std::int64_t rows,
                                            std::int64_t rank, std::int64_t columns) {
    if (rows == 0 || columns == 0 || rank == 0) return {};
    const Eigen::MatrixXd left = triangle(matrix_of(a, rows, rank));
    const Eigen::MatrixXd right = triangle(matrix_of(b, rank, columns).transpose());
    return to_vector(Eigen::JacobiSVD<Eigen::MatrixXd>(left * right.transpose()).singularValues());
}

std::int64_t numerical_rank(std::span<const double> singular_values, std::int64_t rows, std::int64_t columns) {
    if (singular_values.empty()) return 0;
    const double threshold = singular_values.front() * static_cast<double>(std::max(rows, columns)) *
                             double{std::numeric_limits<float>::epsilon()};
    return std::ranges::count_if(singular_values, [&](double value) { return value > threshold; });
}

double effective_rank(std::span<const double> singular_values) {
    double sum = 0, entropy = 0;
    for (const double value : singular_values)
        sum += value;
    if (!(sum > 0)) return 0;
    for (const double value : singular_values)
        if (value > 0) entropy -= value / sum * std::log(value / sum);
    return std::exp(entropy);
}

} // namespace cdra::analysis
