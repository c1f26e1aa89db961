import Testing
@testable import P1MQTT
@testable import P1MQTTHomeAssistant

@Suite("Meter models") struct MeterModelTests {
    @Test(
        "are known by the header",
        arguments: [
            ("ISk5\\2M550T-1012", "Iskraemeco", "AM550 (3 phases)"), ("ISK5=2MIE5T-200", "Iskraemeco", "IE.5"),
            ("KFM5KAIFA-METER", "Kaifa", nil), ("XMX5LGBBFG1009394887", "Landis+Gyr", "E350"), ("XMX5LGF0010455445", "Landis+Gyr", "E360"),
            ("Ene5\\T210-D ESMR5.0", "Sagemcom", "T210-D"), ("Ene5\\XS210 ESMR 5.0", "Sagemcom", "XS210"),
            ("FLU5\\253769484_A", "Sagemcom", "Siconia S211 (3 phases)"), ("KMP5 KA6U001585575011", "Kamstrup", nil),
            ("ADN9 7534", "Aidon", nil), ("ESY5Q3DA1004 V3.04", "EasyMeter", "Q3D"), ("whatever", nil, nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func known(header: String, manufacturer: String?, name: String?) {
        let model = MeterModel(header: header)
        #expect(model.manufacturer == manufacturer)
        #expect(model.name == name)
    }
}

@Suite("Device ids") struct DeviceIdTests {
    @Test(
        "keep lower-case letters, digits, - and _",
        arguments: [
            ("4B384547", "4b384547"), ("1ESY-11_x", "1esy-11_x"), ("E006'005644", "e006005644"), ("ÄÖ 1/2", "12"), ("***", ""),
        ])
    func sanitised(text: String, expected: String) {
        #expect(DeviceId.sanitised(text) == expected)
    }
}
