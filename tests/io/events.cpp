#include <facet/io/events.hpp>

#include "support/data_test.hpp"

#include <string>

using namespace facet;

TEST_CASE("CRC-32C gives the check value of its specification") {
    CHECK(events::detail::crc32c("123456789") == 0xe3069283u); // RFC 3720, appendix B.4, and the catalogue of CRCs
    CHECK(events::detail::crc32c("") == 0);
}

TEST_CASE("a scalar is written as TensorBoard's own writer writes it") {
    // tensorboard 2.21 (Python): RecordWriter over Event(wall_time=1.5, step=300, summary={tag: "val/dice", simple_value: 0.25}).
    const events::scalar scalars[]{{"val/dice", 0.25f}};
    const auto record = events::scalars_record(1.5, 300, scalars);
    std::string hex;
    for (const unsigned char c : record) {
        hex += "0123456789abcdef"[c >> 4];
        hex += "0123456789abcdef"[c & 15];
    }
    CHECK(hex == "1f00000000000000514b441809000000000000f83f10ac022a110a0f0a0876616c2f64696365150000803e8cd503f9");
}
